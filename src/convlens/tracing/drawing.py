"""A plane in characters: the image in a frame, its padding around it, what the window reads in brackets."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from convlens.ir.spec import Shape
from convlens.tracing.number import Number, shown
from convlens.tracing.plane import Plane
from convlens.tracing.term import Term

MOST = 12
"""Rows, and columns, that are drawn at most."""

PART = 9
"""Of a larger plane so many are drawn around a small window."""

NOTHING = "."
"""An inserted zero, or padding that is no value."""

Read = Callable[[Shape], Number]
"""The value at an index of the plane's pixels."""


class Cut(NamedTuple):
    """The places of one axis that are drawn. ``how`` is "whole", "part" (around the window), "taps" or "first" (of them)."""

    places: tuple[int, ...]
    how: str


def cut(plane: Plane, axis: int, taps: Sequence[int], most: int) -> Cut:
    """Which places to draw so that every tap is seen; of more taps than fit, the first.

    >>> cut(Plane((20,), ((1, 1),)), 0, (9, 10, 11), 7)
    Cut(places=(7, 8, 9, 10, 11, 12, 13), how='part')
    """
    low, high = plane.bounds(axis)
    low, high = min(low, *taps), max(high, *taps)
    if high - low < most:
        return Cut(tuple(range(low, high + 1)), "whole")
    first, last = min(taps), max(taps)
    if last - first < most:
        count = max(last - first + 1, min(most, PART))
        start = min(max(first - (count - (last - first + 1)) // 2, low), high - count + 1)
        return Cut(tuple(range(start, start + count)), "part")
    chosen = tuple(sorted(set(taps)))
    return Cut(chosen, "taps") if len(chosen) <= most else Cut(chosen[:most], "first")


def drawn(plane: Plane, terms: Sequence[Term], read: Read | None, width: int) -> tuple[list[str], list[Cut]]:
    """The lines of one channel of one slice, and which places they show, rows first.

    All ``terms`` lie in one slice: they differ in the last two axes. ``read`` gives the pixels that are no term; without it
    those stay blank. The lines have at most ``width`` cells.
    """
    marked = {term.place: term.x for term in terms}
    last = len(plane.sizes) - 1
    lead = terms[0].place[: max(last - 1, 0)]
    size = _cell(plane, marked, read)
    most = max(min(MOST, (width - 10) // (size + 2)), 1)
    columns = cut(plane, last, [place[-1] for place in marked], most)
    rows = cut(plane, last - 1, [place[-2] for place in marked], MOST) if last else Cut((0,), "whole")
    grid = _Grid(plane, marked, read, lead, size)
    return grid.lines(rows.places, columns.places), [rows, columns]


def _cell(plane: Plane, marked: dict[Shape, Number], read: Read | None) -> int:
    """Characters of the widest number near the window; a few pixels tell."""
    columns = [place[-1] for place in marked]
    sides = (min(columns) - 2, max(columns) + 2)
    around = {(*place[:-1], column) for place in marked for column in sides}
    pixels = [] if read is None else [pixel for place in around if plane.within(place) and (pixel := plane.pixel(place))]
    texts = [shown(x) for x in marked.values()] + [shown(read(pixel)) for pixel in pixels if read is not None]
    return max([*map(len, texts), *(len(str(column)) - 1 for column in columns)])


class _Grid:
    def __init__(self, plane: Plane, marked: dict[Shape, Number], read: Read | None, lead: Shape, size: int) -> None:
        self.plane = plane
        self.marked = marked
        self.read = read
        self.lead = lead
        self.size = size
        self.flat = len(plane.sizes) == 1

    def lines(self, rows: tuple[int, ...], columns: tuple[int, ...]) -> list[str]:
        texts = {(row, column): self.text(row, column) for row in rows for column in columns}
        self.size = max([self.size, *map(len, texts.values()), *(len(str(column)) - 1 for column in columns)])
        margin = 0 if self.flat else max(len(str(row)) for row in rows) + 1
        last = len(self.plane.sizes) - 1
        bars = _bars(columns, self.plane.length(last))
        lines = [" " * margin + self.joined([f"{column:>{self.size + 1}} " for column in columns], bars, " ")]
        rules = _bars(rows, 1 if self.flat else self.plane.length(last - 1))
        for at, row in enumerate(rows):
            if rules[at]:
                lines.append(" " * margin + self.rule(columns, bars))
            cells = [self.framed(row, column, texts[row, column]) for column in columns]
            lines.append(
                ("" if self.flat else f"{row:>{margin - 1}} ") + self.joined(cells, bars, "|" if self.within(row) else " ")
            )
        if rules[-1]:
            lines.append(" " * margin + self.rule(columns, bars))
        return [line.rstrip() for line in lines]

    def within(self, row: int) -> bool:
        return self.flat or 0 <= row < self.plane.length(len(self.plane.sizes) - 2)

    def place(self, row: int, column: int) -> Shape:
        return (column,) if self.flat else (*self.lead, row, column)

    def text(self, row: int, column: int) -> str:
        place = self.place(row, column)
        if place in self.marked and not self.is_hole(place):
            return shown(self.marked[place])
        if not self.plane.has_value(place) or self.is_hole(place):
            return NOTHING if self.plane.within(place) else ""
        pixel = self.plane.pixel(place)
        if pixel is None:
            return "0"
        return "" if self.read is None else shown(self.read(pixel))

    def is_hole(self, place: Shape) -> bool:
        """A zero that was put between two pixels."""
        return self.plane.inside(place) and self.plane.pixel(place) is None

    def framed(self, row: int, column: int, text: str) -> str:
        left, right = "[]" if self.place(row, column) in self.marked else "  "
        return f"{left}{text:>{self.size}}{right}"

    def joined(self, cells: list[str], bars: list[bool], bar: str) -> str:
        return "".join((bar if there else "") + cell for there, cell in zip(bars, [*cells, ""], strict=True))

    def rule(self, columns: tuple[int, ...], bars: list[bool]) -> str:
        inside = [0 <= column < self.plane.length(len(self.plane.sizes) - 1) for column in columns]
        return self.joined([("-" if there else " ") * (self.size + 2) for there in inside], bars, "+")


def _bars(places: tuple[int, ...], length: int) -> list[bool]:
    """Before each place, and behind the last: does an edge of the image run there?

    >>> _bars((-1, 0, 1, 2, 3), 3), _bars((1, 2), 3)
    ([False, True, False, False, True, False], [False, False, True])
    """
    inside = [0 <= place < length for place in places]
    between = [a != b for a, b in pairwise(inside)]
    return [places[0] == 0, *between, places[-1] == length - 1]
