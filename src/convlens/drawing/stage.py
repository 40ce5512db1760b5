"""One operator as grids of numbers: what goes in, the kernel, what comes out, and every output's own cells."""

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from convlens.drawing.cells import cell_of, image_grids, kernel_grids, lit_cells, shown_channels
from convlens.drawing.scene import Grid, Step
from convlens.drawing.sums import sum_words
from convlens.ir.graph import Node
from convlens.ir.spec import Shape
from convlens.ops._window import channel_axis
from convlens.tracing.number import Number, shown
from convlens.tracing.term import Traced, View
from convlens.tracing.trace import Trace
from convlens.tracing.walk import Walk

MOST_CELLS = 1000
"""Numbered cells of one grid; a browser draws more only slowly (measured: 4,096 take 158 ms to build and 25 ms a step)."""


class Stage(NamedTuple):
    """The grids of one operator in three columns, a row for each channel, and its steps in the order of the output.

    ``heads`` stand above the columns.
    """

    columns: tuple[list[list[Grid]], list[list[Grid]], list[list[Grid]]]
    heads: tuple[str, str, str]
    steps: list[Step]
    names: tuple[str, str]


class Reader:
    """What one node of a traced call computes. ``view`` is "window", or for a transposed convolution "scattering" or
    "stretched"; ``key`` begins the keys of its grids; ``names`` are the letters of what goes in and what comes out.
    """

    def __init__(self, trace: Trace, walk: Walk, node: Node, view: str, key: str, names: tuple[str, str]) -> None:
        self.trace, self.walk, self.node, self.key, self.names = trace, walk, node, key, names
        known = trace.facts.nodes[node.name]
        self.given, self.made = known.inputs[0].dims, known.outputs[0].dims
        self.where = channel_axis(node.op, known.inputs[0])
        self.lead: Shape = (0,) * self.where
        self.channels, self.outs = (shown_channels(dims[self.where]) for dims in (self.given, self.made))
        self.traced = {index: walk.at(node, index) for index in self._indices()}
        self._name = view
        self.plane = self.view(next(iter(self.traced.values()))).plane
        self.weight: Shape = next((held.shape for held in trace.held if held.key == (node.name, "weight")), ())
        self.read = {term.place for traced in self.traced.values() for c in self.view(traced).channels for term in c.terms}

    def _indices(self) -> Iterator[Shape]:
        """Every output that is drawn, in the order of memory."""
        for channel in self.outs:
            yield from ((*self.lead, channel, *place) for place in product(*map(range, self.made[self.where + 1 :])))

    def view(self, traced: Traced) -> View:
        return next((view for view in traced.views if view.name == self._name), traced.views[0])

    def stage(self) -> Stage:
        weights = [kernel_grids(self, channel) for channel in self.channels] if self.weight else []
        letters = (self.names[0], "w", self.names[1])
        shapes = (self.given[self.where :], self.weight, self.made[self.where :])
        heads = [f"{letter} {'x'.join(map(str, dims))}" if dims else "" for letter, dims in zip(letters, shapes, strict=True)]
        return Stage(
            ([image_grids(self, channel) for channel in self.channels], weights, [self._outputs(c) for c in self.outs]),
            (heads[0], heads[1], heads[2]),
            [self._step(index, traced) for index, traced in self.traced.items()],
            self.names,
        )

    def value(self, index: Shape) -> Number:
        """A number of what goes in."""
        return self.walk.sources[self.node.inputs[0]].read(index)

    def tap(self, channel: int, out: int, tap: Shape) -> Number:
        """A weight; of a transposed convolution the axes of its channels are the other way round."""
        source = self.trace.weight((self.node.name, "weight"))
        if self.node.op.name != "conv_transpose":
            return source.read((out, channel, *tap))
        groups = self.node.op.settings()["groups"]
        read, made = self.given[self.where] // groups, self.made[self.where] // groups
        first = out // made * read
        return source.read((first + channel, out % made, *tap))

    def _outputs(self, channel: int) -> list[Grid]:
        """The maps of one output channel: one, or one for each slice."""
        depths, rows, cols = (1, 1, *self.made[self.where + 1 :])[-3:]
        found = []
        for depth in range(depths):
            places = ((depth, row, col)[3 - len(self.plane.sizes) :] for row in range(rows) for col in range(cols))
            texts = tuple(shown(self.traced[(*self.lead, channel, *place)].value) for place in places)
            title = f"{self.names[1]}[{channel}{f',{depth}' if self.slices else ''}]"
            found.append(Grid(f"{self.key}y{channel}.{depth}", "output", rows, cols, texts, title))
        return found

    @property
    def slices(self) -> bool:
        """Is an image a row of slices?"""
        return len(self.plane.sizes) == 3

    def _step(self, index: Shape, traced: Traced) -> Step:
        view, channel, place = self.view(traced), index[self.where], index[self.where + 1 :]
        slice_, at = cell_of(place)
        lit = [*lit_cells(self, view, channel), (f"{self.key}y{channel}.{slice_}", (at,))]
        return Step(tuple(lit), sum_words(self, index, traced, view))
