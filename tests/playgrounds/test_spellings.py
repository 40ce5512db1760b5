"""The lines of PyTorch and Keras that the page writes are read again by convlens, and must make the same layer."""

import ast
import re
from random import Random
from typing import Any

import pytest

import convlens
from tests.playgrounds.answers import answer
from tests.playgrounds.random_layers import layers

ASK = """([records, framework]) => records.map(settings => {
  const {s, nodes} = convlens.read(settings)
  return convlens.code(framework, s, nodes)
})"""


@pytest.fixture(scope="module")
def legal() -> list[dict[str, Any]]:
    draw = Random(3)
    found = [answer(call, shape, draw) for call, shape in layers(200, seed=21)]
    return [one for one in found if one["legal"] and one["settings"]["batch"]]


def ask(browser: Any, file: Any, records: list[dict[str, Any]], framework: str) -> list[str]:
    page = browser.new_page()
    page.goto(file.as_uri())
    page.wait_for_function("window.convlens")
    found: list[str] = page.evaluate(ASK, [[one["settings"] for one in records], framework])
    page.close()
    return found


def numbers(text: str) -> list[int]:
    return [int(n) for n in re.findall(r"\d+", text)]


class Line:
    """Follows the lines: what is padded beforehand and cropped afterwards changes the shape (N, C, space)."""

    def __init__(self, shape: list[int], keras: bool) -> None:
        self.shape, self.keras, self.params = shape, keras, 0

    def run(self, line: str) -> None:
        if line.startswith("pool = "):
            self.pool = line.removeprefix("pool = ")
        elif line.startswith("y = pool(F.pad("):
            self._pad(line.removeprefix("y = pool(").partition(" / ")[0])
            self._layer(self.pool)
        elif line.startswith(("x = F.pad", "x = ZeroPadding", "x = keras.ops.pad")):
            self._pad(line)
        elif line.startswith("y = y["):
            self._crop(line)
        elif line.startswith("y = Cropping"):
            amounts = numbers(line.removeprefix("y = Cropping")[2:])
            self._add([-n for n in amounts])
        else:
            self._layer(re.sub(r"^y = (.*)\(x\)$", r"\1", line))

    def _pad(self, line: str) -> None:
        if "F.pad" in line:
            flat = ast.literal_eval(re.search(r"\(x, (\([\d, ]+\))", line)[1])  # type: ignore[index]
            pairs = list(zip(flat[::2], flat[1::2], strict=True))[::-1]
            self._add([n for pair in pairs for n in pair])
        else:
            amounts = numbers(re.sub(r"ZeroPadding\dD|, mode.*$", "", line))
            self._add(amounts[2:-2] if "keras.ops" in line else amounts)

    def _add(self, flat: list[int]) -> None:
        for axis, (left, right) in enumerate(zip(flat[::2], flat[1::2], strict=True)):
            self.shape[2 + axis] += left + right

    def _crop(self, line: str) -> None:
        parts = line.removeprefix("y = y[...,").rstrip("]").split(",")
        self._add([-abs(int(n or 0)) for part in parts for n in part.strip().split(":")])

    def _layer(self, call: str) -> None:
        call = call.removeprefix("nn.")
        shape = [self.shape[0], *self.shape[2:], self.shape[1]] if self.keras else self.shape
        record = convlens.layer(call, tuple(shape)).to_dict()
        out = record["outputs"][0]
        self.shape = [out[0], out[-1], *out[1:-1]] if self.keras else list(out)
        self.params += record["params"]


@pytest.mark.parametrize("framework", ["torch", "keras"])
def test_the_lines_make_the_same_layer(browser: Any, file: Any, legal: list[dict[str, Any]], framework: str) -> None:
    met = 0
    for record, text in zip(legal, ask(browser, file, legal, framework), strict=True):
        if text.startswith("#"):
            assert framework == "keras"
            continue
        shape = list(record["shape"])
        if re.search(r"\d[D]|Transpose\(", record["call"]) and not record["call"].split("(")[0].endswith("d"):
            shape = [shape[0], shape[-1], *shape[1:-1]]
        line = Line(shape, framework == "keras")
        for each in text.split("\n"):
            line.run(each)
        assert (line.shape[1:], line.params) == (list(record["output"]), record["params"]), (
            record["call"],
            record["shape"],
            text,
        )
        met += 1
    assert met >= len(legal) * (0.95 if framework == "torch" else 0.7)
