"""One operator as grids of numbers: what goes in, the kernel, what comes out, and every output's own cells."""

from typing import NamedTuple

from convlens.drawing.cells import cell_of, image_block, kernel_block, lit_cells, output_block
from convlens.drawing.reader import Reader
from convlens.drawing.scene import Grid, Role, Step
from convlens.drawing.sums import sum_words
from convlens.ir.spec import Shape, show_shape
from convlens.tracing.number import shown

Block = tuple[Grid, ...]
"""One map: a grid, or the row of its slices."""


class Row(NamedTuple):
    """How one output channel is made: its kernels in the order of the inputs, its bias, its map."""

    kernels: tuple[Block, ...]
    bias: Block
    output: Block
    number: int


class Lane(NamedTuple):
    """Channels that belong together: the images, and a row for each output channel. ``letter`` names the group, if any."""

    images: tuple[Block, ...]
    rows: tuple[Row, ...]
    letter: str
    numbers: tuple[int, ...]


class Stage(NamedTuple):
    """The lanes of one operator, its steps in the order of the output, and the shapes that stand above: ``x 3x7x7``."""

    lanes: tuple[Lane, ...]
    steps: tuple[Step, ...]
    heads: tuple[tuple[Role, str], ...]


def stage(reader: Reader) -> Stage:
    """All of one operator."""
    lanes = tuple(_lane(reader, *lane) for lane in reader.lanes)
    return Stage(lanes, tuple(_step(reader, index) for index in reader.traced), _heads(reader))


def _heads(reader: Reader) -> tuple[tuple[Role, str], ...]:
    """Shapes without the batch, in the layout of the call; a kernel's in convlens's own."""
    given, made = (reader.trace.own(dims)[1:] if reader.where else dims for dims in (reader.given, reader.made))
    shapes: list[tuple[Role, str, Shape]] = [
        ("input", reader.names[0], given), ("kernel", "w", reader.weight), ("output", reader.names[1], made),
    ]  # fmt: skip
    return tuple((role, f"{name} {show_shape(dims)}") for role, name, dims in shapes if dims)


def _lane(reader: Reader, group: int, channels: list[int], outs: list[int]) -> Lane:
    rows = tuple(_row(reader, channels, out) for out in outs)
    return Lane(tuple(image_block(reader, channel) for channel in channels), rows, reader.letter(group), tuple(channels))


def _row(reader: Reader, channels: list[int], out: int) -> Row:
    kernels = tuple(kernel_block(reader, channel, out) for channel in channels) if reader.weight else ()
    bias: Block = ()
    if reader.bias:
        text = shown(reader.trace.weight((reader.node.name, "bias")).read((out,)))
        bias = (Grid(f"{reader.key}b{out}", "kernel", 1, 1, (text,), f"b[{out}]"),)
    return Row(kernels, bias, output_block(reader, out), out)


def _step(reader: Reader, index: Shape) -> Step:
    traced, channel = reader.traced[index], index[reader.where]
    view = reader.view(traced)
    depth, at = cell_of(index[reader.where + 1 :])
    bias = [(f"{reader.key}b{channel}", ((0, 0),))] if reader.bias else []
    lit = [*lit_cells(reader, view, channel), *bias, (f"{reader.key}y{channel}.{depth}", (at,))]
    return Step(tuple(lit), sum_words(reader, index, traced, view))
