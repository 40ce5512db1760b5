"""im2col: every window of the image becomes a column of a matrix; a convolution is then one matrix product."""

import shlex
from itertools import product
from math import prod
from typing import Any

from convlens.drawing.caption import HATCHED, PADDING, sampled
from convlens.drawing.cells import places
from convlens.drawing.channels import few
from convlens.drawing.compose import composed
from convlens.drawing.limits import check_cells
from convlens.drawing.naming import file_name
from convlens.drawing.scene import Cell, Grid, Role, Scene, Step
from convlens.drawing.stage import Block, Lane, Row, Stage
from convlens.ir.errors import UsageError
from convlens.ir.spec import Shape, show_shape
from convlens.lang.messages import said_as
from convlens.ops._window import channel_axis, spatial
from convlens.report.layer import LayerReport
from convlens.tracing.arrays import values_array
from convlens.tracing.number import shown
from convlens.tracing.plane import Plane, taps
from convlens.tracing.source import Given, Made, Source
from convlens.tracing.trace import DIGITS


class Columns:
    """The image, and the matrix whose columns are its windows."""

    def __init__(self, report: LayerReport, values: Any) -> None:
        node = report.graph.nodes[0]
        spec, self.op = report.facts.nodes[node.name].inputs[0], _any(node.op)
        self.where, self.dims = channel_axis(node.op, spec), spec.dims
        self.plane = Plane(spatial(node.op, spec), self.op.pads(spec))
        self.counts: Shape = tuple(self.op.windows(spec))
        self.source: Source = _source(report, values)
        self.channels = self.dims[self.where]
        self.bounds = [self.plane.bounds(axis) for axis in range(len(self.plane.sizes))]
        check_cells(report, tuple(high - low + 1 for low, high in self.bounds))
        check_cells(report, (self.channels * prod(self.op.kernel), prod(self.counts)))
        self.windows = [self._window(at) for at in product(*map(range, self.counts))]
        self.read = {place for window in self.windows for place in window}

    def _window(self, at: Shape) -> list[Shape]:
        """The places under the kernel, in the order of its taps."""
        settings = zip(at, self.op.steps(), self.plane.pads, strict=True)
        starts = [y * stride - left for y, stride, (left, _) in settings]
        steps = list(zip(starts, self.op.dilation, strict=True))
        return [tuple(start + d * j for (start, d), j in zip(steps, tap, strict=True)) for tap in taps(self.op.kernel)]

    def text(self, channel: int, place: Shape) -> str:
        pixel = self.plane.pixel(place)
        return "0" if pixel is None else shown(self.source.read((*(0,) * self.where, channel, *pixel)))

    def image(self, channel: int) -> Grid:
        ((_, cells),) = places(self.bounds)
        quiet = frozenset(cell for cell, place in cells if not self.plane.inside(place))
        unread = frozenset(cell for cell, place in cells if cell not in quiet and place not in self.read)
        rows, cols = (1 + last for last in cells[-1][0])
        texts = tuple(self.text(channel, place) for _, place in cells)
        return Grid(f"x{channel}", "input", rows, cols, texts, f"x[{channel}]", quiet, unread)

    def matrix(self) -> Grid:
        rows = [(channel, tap) for channel in range(self.channels) for tap in range(prod(self.op.kernel))]
        texts = tuple(self.text(channel, window[tap]) for channel, tap in rows for window in self.windows)
        return Grid("y", "output", len(rows), len(self.windows), texts, "y")

    def step(self, at: int) -> Step:
        """One window on every channel that is drawn, and its column."""
        firsts = [low for low, _ in self.bounds]
        lit: list[Cell] = [(row - firsts[0], col - firsts[1]) for row, col in self.windows[at]]
        rows = self.channels * len(lit)
        column = tuple((row, at) for row in range(rows))
        numbers = [self.text(channel, place) for channel in range(self.channels) for place in self.windows[at]]
        images = tuple((f"x{channel}", tuple(lit)) for channel in few(self.channels))
        return Step((*images, ("y", column)), (f"y[:,{at}] = ({', '.join(numbers)})",))


def unfold_scene(report: LayerReport, *, values: Any, weights: Any, flip: bool, caption: str | None, full: bool) -> Scene:
    """The whole picture; `UsageError` for weights, which there are none, and for a matrix that is too large."""
    if weights is not None or flip:
        raise UsageError(f"{report.call} has no weights\n  fix: no --weights, no --flip")
    columns = Columns(report, values)
    drawn = few(columns.channels)
    images: tuple[Block, ...] = tuple((columns.image(channel),) for channel in drawn)
    lane = Lane(images, (Row((), (), (columns.matrix(),), 0),), "", tuple(drawn))
    given, made = report.shapes()
    shapes: list[tuple[Role, str, Shape]] = [("input", "x", given[0]), ("output", "y", made[0])]
    heads = tuple((role, f"{name} {show_shape(dims[columns.where :])}") for role, name, dims in shapes)
    one = Stage((lane,), tuple(columns.step(at) for at in range(len(columns.windows))), heads)
    title = (report.call, f"{show_shape(given[0])} -> {show_shape(made[0])}")
    description = f"convlens draw {shlex.quote(report.call)} --input {show_shape(given[0])}"
    return composed(file_name(report), title, description, [one], _captions(columns, images, caption), full=full)


def _captions(columns: Columns, images: tuple[Block, ...], lang: str | None) -> tuple[str, ...]:
    if lang is None:
        return ()
    signs = [PADDING["zeros"]] if any(map(sum, columns.plane.pads)) else []
    signs += [HATCHED] if any(block[0].unread for block in images) else []
    return (*(said_as(lang, sign) for sign in signs), *sampled(lang, len(columns.windows)))


def _source(report: LayerReport, values: Any) -> Source:
    if values is None:
        return Made("input", *DIGITS)
    given, _ = report.shapes()
    return Given("values", values_array(values, given[0]), lambda index: index)


def _any(op: Any) -> Any:
    return op
