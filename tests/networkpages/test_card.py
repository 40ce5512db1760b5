"""The card of a layer in a browser: its formulas add up, its drawing is to scale, its playground opens and is left."""

import json
import math
import re
from collections.abc import Callable
from fractions import Fraction
from html import escape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

import convlens
from convlens import networks
from convlens.ir.text import parse
from convlens.networkpages.cards import Cards
from convlens.networkpages.page import network_page
from convlens.networkpages.windows import window_record
from convlens.report.summary import Summary
from convlens.report.window import AxisWindow, axis_windows
from convlens.report.window_picture import windows_svg
from tests.chromium import axe, missing

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"BROWSER TESTS DID NOT RUN: {missing()}")
WEB = Path(convlens.__file__).parent / "networkpages" / "web"
SHARED = Path(convlens.__file__).parent / "pageparts" / "web"
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def scripts(browser: Any) -> Any:
    """A page with the scripts alone."""
    page = browser.new_page()
    empty = {"layers": [], "inputs": [], "fields": [], "lang": "en", "picture": ""}
    words = (WEB / "words.json").read_text(encoding="utf-8")
    page.set_content(
        f'<script type="application/json" id="data">{json.dumps(empty)}</script><script type="application/json" id="words-data">{words}</script>'
    )
    for path in (SHARED / "base.js", WEB / "figures.js", *(WEB / name for name in ("formula.js", "window.js"))):
        page.add_script_tag(content=path.read_text(encoding="utf-8"))
    yield page
    page.close()


def value(expression: str) -> list[Fraction]:
    """The value of each side of every equals sign."""
    known = {"F": Fraction, "floor": math.floor, "ceil": math.ceil, "max": max, "frac": lambda over, under: over / under}
    return [Fraction(eval(re.sub(r"\d+", r"F(\g<0>)", side), known)) for side in expression.split("=")]


def from_mathml(text: str) -> str:
    def read(node: ET.Element) -> str:
        parts = [read(child) for child in node]
        if node.tag.endswith("mfrac"):
            return f"(({parts[0]})/({parts[1]}))"
        return "".join(parts) or (node.text or "").replace("⋅", "*").replace("−", "-").replace(
            ",", "" if node.tag.endswith("mn") else ","
        )

    return read(ET.fromstring(text))


def from_latex(text: str) -> str:
    for old, new in (("{,}", ""), (r"\cdot", "*"), (r"\frac", "frac"), (r"\max", "max"), (r"\left\lfloor", "floor("), (r"\left\lceil", "ceil("),
                     (r"\right\rfloor", ")"), (r"\right\rceil", ")"), (r"\left(", "("), (r"\right)", ")"), ("}{", "),("), ("{", "(("), ("}", "))")):  # fmt: skip
        text = text.replace(old, new)
    return re.sub(r"frac\(\((.*?)\),\((.*?)\)\)", r"frac((\1),(\2))", text)


@pytest.fixture(scope="module")
def formulas() -> list[str]:
    """Every formula of every network, each once."""
    found: dict[str, None] = {}
    for name in networks.names():
        report = Summary(networks.load(name))
        cards = Cards(report)
        for node in report.graph:
            cards.number(node)
        found.update((card["formulas"]["en"], None) for card in cards.records)
    return list(found)


READ = """(texts) => texts.map((text) => formulaLines(text).map(({ name, body, parsed }) =>
  [name, body, parsed && new XMLSerializer().serializeToString(parsed.math), parsed && parsed.tex]))"""


def test_every_formula_adds_up_as_mathml_and_as_latex(scripts: Any, formulas: list[str]) -> None:
    lines = {tuple(line) for text in scripts.evaluate(READ, formulas) for line in text}
    drawn = [line for line in lines if line[2]]
    assert len(drawn) > 300
    for name, body, mathml, latex in drawn:
        sides = value(body.replace(",", "") if "max" not in body else body)
        assert len(set(sides)) == 1, (name, body)
        assert value(from_mathml(mathml)) == sides, body
        assert value(from_latex(latex)) == sides, body


def test_what_holds_words_stays_a_text(scripts: Any, formulas: list[str]) -> None:
    plain = [line for text in scripts.evaluate(READ, formulas) for line in text if not line[2]]
    assert plain
    assert all(re.search(r"asked for|asks for|left out|receptive field", body) for _, body, _, _ in plain)


@pytest.mark.parametrize(
    "text", ["a: (1", "a: 1)", "a: /", "a: floor 3", "a: ", "<b>: 1", "a: 1 = <b>2</b>", "nothing", "", "a: ()"]
)
def test_a_text_that_is_no_formula_is_harmless(scripts: Any, text: str) -> None:
    part = scripts.evaluate(
        "(text) => { const [part] = formulaPart(text, false); return [part.querySelectorAll('b, mn').length, part.textContent]; }",
        text,
    )
    assert part[0] <= len(re.findall(r"\d+", text))
    assert "".join(part[1].replace("=", "").split()) == "".join(
        text.replace(":", "" if part[0] else ":").replace("=", "").split()
    )


def test_axes_of_the_same_length_share_a_line(scripts: Any) -> None:
    text = "H: 3 + 1 = 4\nW: 3 + 1 = 4\nD: 2 + 1 = 3\nparameters: 3 + 1 = 4"
    assert [line[0] for line in scripts.evaluate(READ, [text])[0]] == ["H = W", "D", "parameters"]


def rects(scripts: Any, record: list[Any], which: int) -> dict[str, list[tuple[float, ...]]]:
    """The rectangles of the corner (0) or of input and output (1), by class."""
    found = scripts.evaluate(
        """([record, which]) => [...windowPart(record).querySelectorAll("svg")[which].querySelectorAll("rect")].map((one) =>
      [one.getAttribute("class"), ...["x", "y", "width", "height"].map((key) => Number(one.getAttribute(key)))])""", [record, which])  # fmt: skip
    kept: dict[str, list[tuple[float, ...]]] = {}
    for name, *box in found:
        kept.setdefault(name, []).append(tuple(box))
    return kept


@pytest.mark.parametrize("record", [
    [0, [224, 112, 7, 2, 1, 3, 3], [224, 112, 7, 2, 1, 3, 3]],
    [0, [30, 26, 3, 1, 2, 0, 0], [40, 20, 5, 2, 1, 2, 2]],
    [0, [16, 16, 3, 1, 1, 1, 1], [56, 56, 3, 1, 1, 1, 1], [60, 30, 3, 2, 1, 1, 1]],
    [0, [7, 1, 7, 7, 1, 0, 0], [7, 1, 7, 7, 1, 0, 0]],
    [0, [8000, 496, 80, 16, 1, 0, 0]],
    [1, [4, 8, 4, 2, 1, 1, 1], [4, 8, 4, 2, 1, 1, 1]],
    [1, [1, 4, 4, 1, 1, 0, 0], [1, 4, 4, 1, 1, 0, 0]],
])  # fmt: skip
def test_windows_are_drawn_to_scale(scripts: Any, record: list[Any]) -> None:
    """All lengths as shares of one tap."""
    turned, x = record[0], record[-1]
    size, out, kernel, stride, dilation, before, _ = x
    boxes, reach = rects(scripts, record, 0), dilation * (kernel - 1) + 1
    (first,), taps = boxes["first"], boxes["tap"]
    cell = first[2] / reach
    assert sorted({round(box[0] / cell, 6) for box in taps}) == [at * dilation for at in range(kernel)]
    assert boxes["inside"][0][0] == pytest.approx(before * cell)
    if (size if turned else out) > 1:
        assert boxes["second"][0][0] == pytest.approx(stride * cell)
    else:
        assert "second" not in boxes
    left, top, width, height = boxes["outside"][0]
    for box in [box for name in ("first", "second", "tap", "inside", "edge") for box in boxes.get(name, [])]:
        assert box[0] >= left
        assert box[1] >= top
        assert box[0] + box[2] <= width + 1e-6
        assert box[1] + box[3] <= height + 1e-6
    ground, other = rects(scripts, record, 1)["inside edge"]
    assert ground[2] / other[2] == pytest.approx(size / out, rel=0.25 if min(size, out) < 8 else 0.02)


def test_the_notebook_draws_the_same_corner(scripts: Any) -> None:
    """window.js and report/window_picture.py: every rectangle of every layer of every network."""
    classes = {"o": "outside", "i": "inside", "t": "tap", "e": "edge", "s": "second", "f": "first"}
    records: dict[str, tuple[list[Any], list[AxisWindow]]] = {}
    for name in networks.names():
        report = Summary(networks.load(name))
        for node in report.graph:
            known = report.facts.nodes[node.name]
            record = window_record(node, known)
            if record is not None and (windows := axis_windows(node.op, known.inputs))[0].kind != "adaptive":
                records[str(record)] = (record, windows)
    assert len(records) > 150
    for record, windows in records.values():
        drawn: dict[str, list[tuple[float, ...]]] = {}
        for box in ET.fromstring(windows_svg(windows)).iter("{http://www.w3.org/2000/svg}rect"):
            drawn.setdefault(classes[box.attrib["class"]], []).append(
                tuple(float(box.attrib[key]) for key in ("x", "y", "width", "height"))
            )
        found = rects(scripts, record, 0)
        assert list(found) == list(drawn)
        for name, boxes in drawn.items():
            assert boxes == [pytest.approx(box, rel=1e-4, abs=1e-4) for box in found[name]], (record, name)


def test_one_slice_of_a_volume_is_said_to_be_one(scripts: Any) -> None:
    words = "(record) => windowPart(record).textContent"
    axis = [16, 16, 3, 1, 1, 1, 1]
    assert "One slice is drawn." in scripts.evaluate(words, [0, axis, axis, axis])
    assert "One slice is drawn." not in scripts.evaluate(words, [0, axis, axis])
    assert "kernel 3×3, stride 1×1, padding 1×1" in scripts.evaluate(words, [0, axis, axis])
    assert "padding 0+1×0+1" in scripts.evaluate(words, [0, [16, 16, 2, 1, 1, 0, 1], [16, 16, 2, 1, 1, 0, 1]])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("cards")
    for name in ("resnet50", "dcgan_generator", "textcnn", "r3d_18", "m5"):
        (place / f"{name}.html").write_text(network_page(convlens.summary(name)), encoding="utf-8")
    return place


@pytest.mark.parametrize(("name", "layer", "code"), [
    ("resnet50", "conv1", "nn.Conv2d(3, 2, 7, stride=2, padding=3, bias=False)"),
    ("resnet50", "maxpool", "nn.MaxPool2d(3, stride=2, padding=1)"),
    ("dcgan_generator", "main.3", "nn.ConvTranspose2d(3, 2, 4, stride=2, padding=1, bias=False)"),
    ("m5", "conv1", "nn.Conv1d(1, 2, 80, stride=16)"),
    ("r3d_18", "stem.0", "nn.Conv3d(3, 2, (3, 7, 7), stride=(1, 2, 2), padding=(1, 3, 3), bias=False)"),
])  # fmt: skip
def test_the_playground_opens_on_the_layer(folder: Path, opened: Open, name: str, layer: str, code: str) -> None:
    page = opened(f"{folder}/{name}.html#layer={layer}")
    page.locator("#try").click()
    guest = page.frame_locator("#trial iframe")
    guest.locator("#picture td.y").first.wait_for()
    assert guest.locator("#code").text_content().split(" = ")[-1].strip() == code
    assert guest.locator("#stale").is_hidden()
    assert "kernel, stride, padding and dilation are the layer's own" in page.locator("#h-trial").text_content()


def test_it_is_opened_used_and_left_by_keyboard(folder: Path, opened: Open) -> None:
    page = opened(f"{folder}/resnet50.html#layer=layer1.0.conv2")
    page.locator("#try").focus()
    page.keyboard.press("Enter")
    guest = page.frame_locator("#trial iframe")
    guest.locator("#picture td.y").first.wait_for()
    page.wait_for_timeout(100)
    assert page.evaluate("document.activeElement.tagName") == "IFRAME"
    guest.locator("#f-stride").focus()
    page.keyboard.press("Escape")
    assert page.locator("#trial").is_visible()
    guest.locator("#picture td.y[tabindex='0']").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    if guest.locator("td.pin").count():
        page.keyboard.press("Escape")
        assert page.locator("#trial").is_visible()
    page.keyboard.press("Escape")
    page.locator("#trial").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.id") == "try"
    assert page.locator("#card").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#card").is_hidden()


def test_it_speaks_the_language_of_the_report(folder: Path, opened: Open) -> None:
    page = opened(f"{folder}/resnet50.html#layer=conv1")
    page.locator("#lang").click()
    page.locator("#try").click()
    guest = page.frame_locator("#trial iframe")
    guest.locator("h2", has_text="设置").or_(guest.get_by_text("设置")).first.wait_for()
    page.locator("#trial .close").click()
    assert page.locator("#trial iframe").count() == 0


def test_it_opens_where_the_report_is_a_guest_itself(folder: Path, opened: Open, tmp_path: Path) -> None:
    text = (folder / "resnet50.html").read_text(encoding="utf-8")
    frame = f'<iframe sandbox="allow-scripts allow-downloads" style="width:1100px;height:800px" srcdoc="{escape(text)}"></iframe>'
    (tmp_path / "host.html").write_text(f"<!doctype html><meta charset=utf-8><title>host</title>{frame}", encoding="utf-8")
    page = opened(tmp_path / "host.html")
    report = page.frame_locator("iframe")
    report.locator("#table tbody tr", has_text="layer3.2.conv2").click()
    report.locator("#try").click()
    guest = report.frame_locator("#trial iframe")
    guest.locator("#picture td.y").first.wait_for()
    page.wait_for_timeout(100)
    page.keyboard.press("Escape")
    report.locator("#trial").wait_for(state="hidden")


def test_a_page_without_windows_carries_no_playground() -> None:
    plain = network_page(Summary(parse("input x: 1x8\nl = linear(x, out=4)\noutput l")))
    assert 'id="packed"' not in plain
    assert 'id="packed"' in network_page(convlens.summary("lenet5"))


def test_an_old_browser_is_told(folder: Path, opened: Open) -> None:
    page = opened(f"{folder}/resnet50.html#layer=conv1", bypass_csp=True)
    page.evaluate("delete window.DecompressionStream")
    page.locator("#try").click()
    page.get_by_text("needs a browser of 2023").wait_for()


def test_formulas_are_copied_as_latex(folder: Path, opened: Open) -> None:
    page = opened(f"{folder}/resnet50.html#layer=conv1")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    page.locator("#card .copies button", has_text="LaTeX").click()
    text = page.locator("#card .copied").input_value()
    assert text.startswith(
        "\\begin{align*}\nH = W &= \\left\\lfloor \\frac{224 + 3 + 3 - 1 \\cdot (7 - 1) - 1}{2} \\right\\rfloor + 1"
    )
    assert "\\text{parameters} &= 64 \\cdot 3 \\cdot 7 \\cdot 7 \\\\\n  &= 9{,}408" in text
    assert page.locator("#card math").first.get_attribute("alttext").startswith("H: floor((224")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_on_a_card_or_around_the_playground(folder: Path, opened: Open, scheme: str) -> None:
    if not axe():
        pytest.skip("ACCESSIBILITY WAS NOT CHECKED: axe-core cannot be fetched with npm")
    for name, layer in (("resnet50", "layer2.0.conv2"), ("dcgan_generator", "main.3"), ("textcnn", "conv3")):
        page = opened(f"{folder}/{name}.html#layer={layer}", color_scheme=scheme, bypass_csp=True, width=390)
        page.evaluate(axe())
        violations = (
            "axe.run().then((found) => found.violations.map((one) => [one.id, one.nodes.slice(0, 3).map((node) => node.html)]))"
        )
        assert page.evaluate(violations) == []
        page.locator("#try").click()
        page.frame_locator("#trial iframe").locator("#picture td.y").first.wait_for()
        assert page.evaluate(violations) == []
