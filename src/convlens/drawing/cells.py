"""Images and kernels as grids: which number stands in which cell, and which cells a window lights up."""

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

from convlens.drawing.scene import Cell, Grid
from convlens.ir.spec import Shape
from convlens.tracing.number import shown
from convlens.tracing.term import View

if TYPE_CHECKING:
    from convlens.drawing.reader import Reader


def cell_of(place: Shape) -> tuple[int, Cell]:
    """The slice of a place, and its row and column there; a sound is one row.

    >>> cell_of((5,)), cell_of((1, 2)), cell_of((3, 1, 2))
    ((0, (0, 5)), (0, (1, 2)), (3, (1, 2)))
    """
    depth, row, col = (0, 0, *place)[-3:]
    return depth, (row, col)


def places(bounds: list[tuple[int, int]]) -> list[tuple[int, list[tuple[Cell, Shape]]]]:
    """Slice by slice, every cell with the place it shows, the padding's negative places included.

    >>> places([(-1, 0)])
    [(0, [((0, 0), (-1,)), ((0, 1), (0,))])]
    """
    missing = 3 - len(bounds)
    depths, rows, cols = (range(low, high + 1) for low, high in [(0, 0)] * missing + bounds)
    return [
        (depth, [((r - rows[0], c - cols[0]), (depth, r, c)[missing:]) for r, c in product(rows, cols)]) for depth in depths
    ]  # fmt: skip


def image_block(reader: "Reader", channel: int) -> tuple[Grid, ...]:
    """The padded, perhaps stretched, image of one input channel, slice by slice."""
    return tuple(_image(reader, channel, depth, cells) for depth, cells in reader.cells)


def _image(reader: "Reader", channel: int, depth: int, cells: list[tuple[Cell, Shape]]) -> Grid:
    plane = reader.plane
    quiet = {cell for cell, place in cells if not (plane.inside(place) and plane.pixel(place) is not None)}
    unread = {cell for cell, place in cells if cell not in quiet and place not in reader.read}
    texts = tuple(_text(reader, channel, place) for _, place in cells)
    rows, cols = (1 + last for last in cells[-1][0])
    padding = all(cell in quiet for cell, _ in cells) and not reader.plane.stretch
    title = "" if padding else reader.titled(reader.names[0], channel, depth)
    key = f"{reader.key}x{channel}.{depth}"
    return Grid(key, "input", rows, cols, texts, title, frozenset(quiet), frozenset(unread))


def _text(reader: "Reader", channel: int, place: Shape) -> str:
    """The number at a place; nothing where pooling sees no value."""
    if not reader.plane.has_value(place):
        return ""
    pixel = reader.plane.pixel(place)
    return "0" if pixel is None else shown(reader.value((*reader.lead, channel, *pixel)))


def kernel_block(reader: "Reader", channel: int, out: int) -> tuple[Grid, ...]:
    """The kernel through which an output channel reads an input channel, slice by slice."""
    found = []
    for depth, cells in places([(0, size - 1) for size in reader.weight[2:]]):
        texts = tuple(shown(reader.tap(channel, out, reader.seat(tap))) for _, tap in cells)
        rows, cols = (1 + last for last in cells[-1][0])
        title = f"w[{out},{channel - reader.first(out)}{f',{depth}' if reader.slices else ''}]{' 180°' * reader.turned}"
        found.append(Grid(f"{reader.key}w{out}.{channel}.{depth}", "kernel", rows, cols, texts, title))
    return tuple(found)


def output_block(reader: "Reader", channel: int) -> tuple[Grid, ...]:
    """The map of one output channel, slice by slice."""
    found = []
    for depth, cells in places([(0, size - 1) for size in reader.made[reader.where + 1 :]]):
        texts = tuple(shown(reader.made_at((*reader.lead, channel, *place))) for _, place in cells)
        rows, cols = (1 + last for last in cells[-1][0])
        title = reader.titled(reader.names[1], channel, depth)
        found.append(Grid(f"{reader.key}y{channel}.{depth}", "output", rows, cols, texts, title))
    return tuple(found)


def lit_cells(reader: "Reader", view: View, out: int) -> Iterator[tuple[str, tuple[Cell, ...]]]:
    """The cells of the window on each channel that is drawn, and the taps that meet them."""
    firsts = [low for low, _ in reader.bounds]
    by_grid: dict[str, list[Cell]] = {}
    for channel in view.channels:
        if channel.number not in reader.channels:
            continue
        for term in channel.terms:
            if reader.plane.within(term.place):
                depth, _ = cell_of(term.place)
                _, cell = cell_of(tuple(p - low for p, low in zip(term.place, firsts, strict=True)))
                by_grid.setdefault(f"{reader.key}x{channel.number}.{depth}", []).append(cell)
            if reader.weight:
                depth, cell = cell_of(reader.seat(term.tap))
                by_grid.setdefault(f"{reader.key}w{out}.{channel.number}.{depth}", []).append(cell)
    return ((key, tuple(cells)) for key, cells in by_grid.items())
