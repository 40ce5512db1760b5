"""A picture before it is written: grids of numbers, and the steps that light their cells up."""

from typing import Literal, NamedTuple

Role = Literal["input", "stretched", "kernel", "output"]
Cell = tuple[int, int]
"""Row and column in a grid, its padding included."""


class Grid(NamedTuple):
    """Numbers in ``rows`` x ``cols`` cells, its upper left corner at pixel ``(x, y)`` of the picture.

    ``texts`` has a text for each cell, row by row. ``quiet`` cells are padding, or zeros between pixels; ``unread`` ones are
    read by no output. ``title`` stands above.
    """

    key: str
    role: Role
    rows: int
    cols: int
    texts: tuple[str, ...]
    title: str
    quiet: frozenset[Cell] = frozenset()
    unread: frozenset[Cell] = frozenset()
    x: int = 0
    y: int = 0


class Step(NamedTuple):
    """One output value: the cells that make it, by grid, and its sum in figures."""

    lit: tuple[tuple[str, tuple[Cell, ...]], ...]
    words: tuple[str, ...]


class Note(NamedTuple):
    """A line of text, its left end on the base line at ``(x, y)``."""

    text: str
    x: int
    y: int


class Scene(NamedTuple):
    """A whole picture of ``width`` x ``height`` pixels, its cells ``cell`` pixels wide and high.

    ``name`` is that of its file, without an ending; ``title`` says which layer it is, ``description`` all settings. The words
    of a step stand from ``words_y`` on. ``left_out`` is how many outputs have no step, because there are too many.
    """

    name: str
    title: str
    description: str
    width: int
    height: int
    cell: int
    grids: tuple[Grid, ...]
    notes: tuple[Note, ...]
    steps: tuple[Step, ...]
    words_y: int
    left_out: int = 0
