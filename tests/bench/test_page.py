"""docs/speed.md is what ``make bench`` writes: the same words, tables, rows and columns. The figures are its own."""

import re

import pytest

from bench.cold_start import COMMANDS
from bench.live_module import FORWARD, NETWORKS, OURS, SIZES, Sized
from bench.page import PAGE, Figures, page
from bench.peers import PACKAGES, PEERS

NUMBER = re.compile(r"\d+(?:\.\d+)*x?")
TABLE_ROW = re.compile(r"^\| (.*) \|$", re.MULTILINE)


def invented() -> Figures:
    """Figures of the right kind for everything that the benchmark measures."""
    seconds = dict.fromkeys((OURS, FORWARD, *PEERS), 0.01)
    return Figures(
        machine="a machine",
        date="a day",
        versions=dict.fromkeys(PACKAGES, "1"),
        networks=dict.fromkeys(NETWORKS, seconds),
        sizes=[Sized(shape, 0.01, 1_000_000) for shape in SIZES],
        starts={name: [0.1, 0.2, 0.3] for name in COMMANDS},
    )


def frame(text: str) -> list[str]:
    """The page without its figures: every line, with the cells of a table's row behind the first, and the second line, masked."""
    lines = [line for line in text.splitlines() if not line.startswith("Written by")]
    return [masked(line) for line in lines]


def masked(line: str) -> str:
    first, *rest = line.split(" | ")
    return " | ".join([first, *(NUMBER.sub("#", cell) for cell in rest)])


def test_the_committed_page_is_the_one_that_the_benchmark_writes() -> None:
    assert frame(PAGE.read_text(encoding="utf-8")) == frame(page(invented()))


def test_the_page_says_where_when_and_with_what_it_was_measured() -> None:
    (line,) = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("Written by")]
    assert re.search(r"on \d{4}-\d\d-\d\d; \d+ cores", line)
    assert all(re.search(rf"{name} \d", line) for name in PACKAGES)


@pytest.mark.parametrize(
    "change",
    [
        {"networks": dict.fromkeys(NETWORKS[1:], dict.fromkeys((OURS, FORWARD, *PEERS), 0.01))},
        {"sizes": [Sized((1, 3, 224, 224), 0.01, 1)]},
        {"starts": {"convlens": [0.1]}},
    ],
)
def test_a_page_of_other_rows_is_not_the_same(change: dict[str, object]) -> None:
    assert frame(page(invented()._replace(**change))) != frame(page(invented()))


def test_ratios_are_against_convlens() -> None:
    seconds = dict.fromkeys((OURS, FORWARD, *PEERS), 0.03) | {OURS: 0.002}
    row = next(row for row in TABLE_ROW.findall(page(invented()._replace(networks={"resnet50": seconds}))) if "resnet50" in row)
    assert row.split(" | ")[:3] == ["resnet50", "2.0", "30.0 (15.0x)"]
