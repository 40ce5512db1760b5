"""Images and kernels as grids: which number stands in which cell, and which cells a window lights up."""

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

from convlens.drawing.scene import Cell, Grid
from convlens.ir.spec import Shape
from convlens.tracing.number import shown
from convlens.tracing.term import View

if TYPE_CHECKING:
    from convlens.drawing.stage import Reader

FEW = 4


def shown_channels(count: int) -> list[int]:
    """All of a few channels; of many the first two and the last.

    >>> shown_channels(3), shown_channels(64)
    ([0, 1, 2], [0, 1, 63])
    """
    return list(range(count)) if count <= FEW else [0, 1, count - 1]


def cell_of(place: Shape) -> tuple[int, Cell]:
    """The slice of a place, and its row and column there; a sound is one row.

    >>> cell_of((5,)), cell_of((1, 2)), cell_of((3, 1, 2))
    ((0, (0, 5)), (0, (1, 2)), (3, (1, 2)))
    """
    depth, row, col = (0, 0, *place)[-3:]
    return depth, (row, col)


def image_grids(reader: "Reader", channel: int) -> list[Grid]:
    """The padded, perhaps stretched, image of one input channel, slice by slice."""
    bounds = [(0, 0)] * (3 - len(reader.plane.sizes)) + [reader.plane.bounds(axis) for axis in range(len(reader.plane.sizes))]
    depths, rows, cols = (range(low, high + 1) for low, high in bounds)
    role = "stretched" if reader.plane.stretch and max(reader.plane.stretch) > 1 else "input"
    grids = []
    for depth in depths:
        places = {(r - rows[0], c - cols[0]): _cut((depth, r, c), reader) for r, c in product(rows, cols)}
        quiet = frozenset(cell for cell, place in places.items() if not _is_pixel(reader, place))
        unread = frozenset(cell for cell, place in places.items() if place not in reader.read and cell not in quiet)
        texts = tuple(_text(reader, channel, place) for place in places.values())
        title = f"{reader.names[0]}[{channel}{f',{depth}' if reader.slices else ''}]{_group(reader, channel)}"
        key = f"{reader.key}x{channel}.{depth}"
        grids.append(Grid(key, role, len(rows), len(cols), texts, title, quiet, unread))  # type: ignore[arg-type]  # one of the two roles
    return grids


def _cut(place: tuple[int, int, int], reader: "Reader") -> Shape:
    return place[3 - len(reader.plane.sizes) :]


def _is_pixel(reader: "Reader", place: Shape) -> bool:
    return reader.plane.inside(place) and reader.plane.pixel(place) is not None


def _text(reader: "Reader", channel: int, place: Shape) -> str:
    """The number at a place; nothing where pooling sees no value."""
    if not reader.plane.has_value(place):
        return ""
    pixel = reader.plane.pixel(place)
    return "0" if pixel is None else shown(reader.value((*reader.lead, channel, *pixel)))


def _group(reader: "Reader", channel: int) -> str:
    """The letter of a channel's group, where there are several."""
    groups = getattr(reader.node.op, "groups", 1)
    if groups == 1:
        return ""
    return f" {chr(ord('A') + channel * groups // reader.given[reader.where] % 26)}"


def kernel_grids(reader: "Reader", channel: int) -> list[Grid]:
    """The kernels that read one input channel, a grid for each output channel (and slice) that is drawn."""
    found = []
    for out in reader.outs:
        own = _own_channel(reader, channel, out)
        if own is None:
            continue
        depths, rows, cols = (1, 1, *reader.weight[2:])[-3:]
        for depth in range(depths):
            taps = [(depth, r, c)[3 - len(reader.weight[2:]) :] for r in range(rows) for c in range(cols)]
            texts = tuple(shown(reader.tap(own, out, tap)) for tap in taps)
            title = f"w[{out},{own}{f',{depth}' if reader.slices else ''}]"
            found.append(Grid(f"{reader.key}w{out}.{channel}.{depth}", "kernel", rows, cols, texts, title))
    return found


def _own_channel(reader: "Reader", channel: int, out: int) -> int | None:
    """The place of an input channel in the kernel of an output channel; None where it is of another group."""
    groups = getattr(reader.node.op, "groups", 1)
    read, made = reader.given[reader.where] // groups, reader.made[reader.where] // groups
    return channel % read if channel // read == out // made else None


def lit_cells(reader: "Reader", view: View, out: int) -> Iterator[tuple[str, tuple[Cell, ...]]]:
    """The cells of the window on each channel that is drawn, and the taps that meet them."""
    first = [reader.plane.bounds(axis)[0] for axis in range(len(reader.plane.sizes))]
    for channel in view.channels:
        if channel.number not in reader.channels:
            continue
        by_grid: dict[str, list[Cell]] = {}
        for term in channel.terms:
            depth, (row, col) = cell_of(tuple(p - low for p, low in zip(term.place, first, strict=True)))
            if reader.plane.within(term.place):
                low = first[0] if reader.slices else 0
                by_grid.setdefault(f"{reader.key}x{channel.number}.{depth + low}", []).append((row, col))
            if reader.weight:
                depth, cell = cell_of(term.tap)
                by_grid.setdefault(f"{reader.key}w{out}.{channel.number}.{depth}", []).append(cell)
        yield from ((key, tuple(cells)) for key, cells in by_grid.items())
