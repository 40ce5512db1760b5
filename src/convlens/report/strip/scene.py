"""The strip as a value: rows of blocks with their places, in pixels. A writer only writes it down."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from convlens.ir.graph import Node
from convlens.report.strip.arcs import Arc, arcs, edges
from convlens.report.strip.blocks import Block, blocks, likeness, reported
from convlens.report.strip.fold import Item, forest, shown
from convlens.report.strip.ribbon import WORDS, Bar, bars

if TYPE_CHECKING:
    from convlens.report.summary import Summary

MARGIN = 20
GUTTER = 84
"""Left of the blocks: what the bars below mean."""
LEVEL = 14
"""Between two levels of arcs."""
LINES = 3 * 15 + 4
"""The texts below a block."""
BAR = 17
ROW_GAP = 26


class Row(NamedTuple):
    """``baseline`` is where the blocks stand; ``sky`` the height of the lowest arc, above the highest block."""

    blocks: range
    arcs: list[Arc]
    sky: int
    baseline: int
    bottom: int


class Strip(NamedTuple):
    """``lefts`` are where the columns of the blocks begin; ``joined`` says of each block whether it reads the one before it."""

    nodes: Sequence[Node]
    blocks: list[Block]
    lefts: list[int]
    rows: list[Row]
    bars: dict[str, list[Bar]]
    joined: list[bool]
    left_out: int
    top: int
    width: int


def strip(report: "Summary", width: int, top: int, lang: str = "en", items: Sequence[Item] | None = None) -> Strip:
    """The strip on rows of at most ``width`` pixels; ``items`` are the blocks, those shown at first where it is None."""
    nodes = reported(report)
    cut = list(items) if items is not None else shown(forest(likeness(report)))
    drawn = blocks(report, nodes, cut)
    rows, lefts = wrapped([block.column for block in drawn], width)
    found = edges(nodes, cut)
    pieces, left_out = arcs(found, rows)
    direct = set(found)
    placed: list[Row] = []
    y = top
    for row, lines in zip(rows, pieces, strict=True):
        placed.append(_row(drawn, row, lines, y))
        y = placed[-1].bottom + ROW_GAP
    joined = [(at - 1, at) in direct for at in range(len(drawn))]
    return Strip(nodes, drawn, lefts, placed, bars(report, nodes, cut, lang), joined, left_out, top, width)


def wrapped(columns: Sequence[int], width: int) -> tuple[list[range], list[int]]:
    """Rows of columns, and where each column begins.

    >>> wrapped([100, 100, 100], 330)
    ([range(0, 2), range(2, 3)], [104, 204, 104])
    """
    left, right = MARGIN + GUTTER, width - MARGIN
    rows, lefts, start, x = [], [], 0, left
    for at, column in enumerate(columns):
        if x + column > right and at > start:
            rows.append(range(start, at))
            start, x = at, left
        lefts.append(x)
        x += column
    return ([*rows, range(start, len(columns))] if columns else []), lefts


def _row(drawn: Sequence[Block], row: range, lines: list[Arc], top: int) -> Row:
    levels = max((arc.level + 1 for arc in lines), default=0)
    sky = top + levels * LEVEL + 10
    baseline = sky + 8 + max(drawn[at].height for at in row)
    return Row(row, lines, sky, baseline, baseline + LINES + BAR * len(WORDS) + 4)
