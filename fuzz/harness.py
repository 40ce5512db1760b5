"""What must hold for any input whatever, and the bounds under which a fuzzer looks for one that breaks it.

Only a `ConvlensError` may come out of a reader. What is read can be reported, and comes back from its text form. The
tests replay their kept finds through `check_text` and `check_onnx`, without the fuzzer.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from convlens.importers.onnx import read
from convlens.ir.errors import ConvlensError
from convlens.ir.graph import Graph
from convlens.ir.text import format, parse
from convlens.report.summary import Summary

Check = Callable[[bytes], None]

BUILD = Path("build/fuzz")
"""Where seeds, the growing corpus and what breaks are kept, below the current folder."""

LONGEST_INPUT = 1 << 12
MEBIBYTES = 1500
"""Resident memory of the whole process, imported packages included."""
SECONDS_AN_INPUT = 20


def check_text(data: bytes) -> None:
    """A text file of these bytes is read or refused."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return
    try:
        graph = parse(text)
    except ConvlensError as error:
        check_message(error)
        return
    check_graph(graph)


def check_onnx(data: bytes) -> None:
    """An ONNX file of these bytes is read or refused."""
    path = Path(_folder.name) / "model.onnx"
    path.write_bytes(data)
    try:
        graph = read(path)
    except ConvlensError as error:
        check_message(error)
        return
    check_graph(graph)


def check_graph(graph: Graph) -> None:
    """It is reported, and its text form reads as the same graph."""
    report = Summary(graph)
    report.to_json()
    if report.facts.error is not None:
        check_message(report.facts.error)
    written = format(graph)
    again = parse(written)
    assert format(again) == written
    assert again == graph or "nan" in written, "the text form is another graph"  # no number that is none equals itself


def check_message(error: ConvlensError) -> None:
    """It says something, in lines that a person can read."""
    lines = str(error).splitlines()
    assert lines, "an empty message"
    assert max(map(len, lines)) < 5000, "a line without end"
    assert len(lines) < 100, "a message without end"


_folder = tempfile.TemporaryDirectory(prefix="convlens-fuzz-")


def fuzz(name: str, check: Check, seeds: Iterable[bytes], words: Iterable[str] = (), mutator: Any = None) -> None:
    """Run atheris on ``check`` with the bounds above; the command line adds libFuzzer's own flags, ``-runs=100000``."""
    import atheris  # noqa: PLC0415 - a replay needs no fuzzer

    home = BUILD / name
    for folder in ("seeds", "corpus", "finds"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (home / "seeds" / f"{number:04}").write_bytes(seed)
    quoted = ("".join(f"\\x{byte:02x}" for byte in word.encode()) for word in words)
    (home / "words").write_text("".join(f'"{word}"\n' for word in quoted))
    bounds = [f"-max_len={LONGEST_INPUT}", f"-rss_limit_mb={MEBIBYTES}", f"-timeout={SECONDS_AN_INPUT}"]
    places = [f"-dict={home / 'words'}", f"-artifact_prefix={home / 'finds'}{os.sep}", str(home / "corpus"), str(home / "seeds")]
    atheris.Setup([sys.argv[0], *bounds, *sys.argv[1:], *places], check, custom_mutator=mutator)
    atheris.Fuzz()
