"""What a fuzzer once found stays mended, and a sample of changed inputs holds; no fuzzer is needed for either.

A find is kept as a file in the folder `finds`: ``.onnx`` or ``.txt``.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from convlens.ir.errors import UsageError
from fuzz import harness
from fuzz.mutate_onnx import Mutator
from fuzz.seeds import models, texts

FINDS = sorted((Path(__file__).parent / "finds").iterdir())
CHECKS: dict[str, Callable[[bytes], None]] = {".onnx": harness.check_onnx, ".txt": harness.check_text}
SAMPLE = 400

REPLAY = """
import resource, sys
from pathlib import Path
from fuzz import harness
resource.setrlimit(resource.RLIMIT_AS, (1500 << 20,) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
for path in map(Path, sys.argv[1:]):
    (harness.check_onnx if path.suffix == ".onnx" else harness.check_text)(path.read_bytes())
print("done")
"""


@pytest.mark.parametrize("path", FINDS, ids=lambda path: path.name)
def test_a_find_stays_mended(path: Path) -> None:
    CHECKS[path.suffix](path.read_bytes())


def test_all_finds_together_take_little_memory_and_time() -> None:
    """In a process whose memory and CPU time are bounded."""
    command = [sys.executable, "-c", REPLAY, *map(str, FINDS)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.stdout == "done\n", result.stderr[-2000:]


def test_every_text_to_start_from_holds() -> None:
    seeds = list(texts())
    assert len(seeds) > 100
    for seed in seeds:
        harness.check_text(seed)


def test_every_model_to_start_from_holds_and_so_does_a_changed_one() -> None:
    seeds = list(models())
    assert len(seeds) > 100
    mutate = Mutator(["Conv", "Relu", "x"], lambda data, _size: data[: len(data) // 2])
    random = Random(0)
    changed = [mutate(random.choice(seeds), harness.LONGEST_INPUT, number) for number in range(SAMPLE)]
    assert len({*changed} - {*seeds}) > SAMPLE // 2
    for data in (*seeds, *changed):
        harness.check_onnx(data)


def raises(error: Exception) -> Callable[..., Any]:
    def call(*_: Any) -> Any:
        raise error

    return call


@pytest.mark.parametrize(
    ("what", "broken"),
    [
        ("parse", raises(ValueError("another error"))),
        ("parse", raises(UsageError(""))),
        ("parse", raises(UsageError("a" * 10_000))),
        ("Summary", raises(KeyError("a report"))),
        ("format", lambda graph: "input x: 1\noutput x\n"),
    ],
)
def test_the_harness_sees_what_breaks(what: str, broken: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    seed = b"input x: 1x3\nr = relu(x)\noutput r\n"
    harness.check_text(seed)
    monkeypatch.setattr(harness, what, broken)
    with pytest.raises((AssertionError, ValueError, KeyError)):
        harness.check_text(seed)


def test_the_harness_sees_what_breaks_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness, "read", raises(IndexError("no such field")))
    with pytest.raises(IndexError):
        harness.check_onnx(b"")
