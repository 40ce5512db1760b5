"""A picture before it is written: grids of numbers, and the steps that light their cells up."""

from typing import Literal, NamedTuple

Role = Literal["input", "kernel", "output"]
Cell = tuple[int, int]
"""Row and column in a grid, its padding included."""


class Grid(NamedTuple):
    """Numbers in ``rows`` x ``cols`` cells of ``cell`` pixels, its upper left corner at pixel ``(x, y)`` of the picture.

    ``texts`` has a text for each cell, row by row. ``quiet`` cells are padding, or zeros between pixels; ``unread`` ones are
    read by no output. ``appears`` says for each cell of an output at which step its number is known. ``title`` stands above.
    """

    key: str
    role: Role
    rows: int
    cols: int
    texts: tuple[str, ...]
    title: str
    quiet: frozenset[Cell] = frozenset()
    unread: frozenset[Cell] = frozenset()
    appears: tuple[int, ...] = ()
    cell: int = 24
    x: int = 0
    y: int = 0

    @property
    def width(self) -> int:
        return self.cols * self.cell

    @property
    def height(self) -> int:
        return self.rows * self.cell


class Step(NamedTuple):
    """One output value: the cells that make it, by grid, its own cell last, and its sum in figures.

    ``number`` counts all outputs from 1, those without a step too.
    """

    lit: tuple[tuple[str, tuple[Cell, ...]], ...]
    words: tuple[str, ...]
    number: int = 0


Kind = Literal["title", "head", "caption", "dots"]


class Note(NamedTuple):
    """A line of text, its left end on the base line at ``(x, y)``; with a ``role`` behind a square of its colour."""

    text: str
    x: int
    y: int
    kind: Kind
    role: Role | None = None


class Band(NamedTuple):
    """The ground behind what belongs together: one group of channels."""

    x: int
    y: int
    width: int
    height: int


class Scene(NamedTuple):
    """A whole picture of ``width`` x ``height`` pixels.

    ``name`` is that of its file, without an ending; ``title`` says which layer it is, ``description`` how to draw it again. The
    words of a step stand from ``words_y`` on. ``outputs`` is the number of output values; where they are more than the
    steps, these are taken evenly.
    """

    name: str
    title: str
    description: str
    width: int
    height: int
    bands: tuple[Band, ...]
    grids: tuple[Grid, ...]
    notes: tuple[Note, ...]
    steps: tuple[Step, ...]
    words_y: int
    outputs: int
