"""One operator of a traced call, asked for every number that is drawn."""

from itertools import product
from typing import Any

from convlens.drawing.cells import places
from convlens.drawing.channels import lanes, letter
from convlens.ir.graph import Node
from convlens.ir.spec import Shape
from convlens.ops._window import channel_axis
from convlens.tracing.number import Number
from convlens.tracing.term import Traced, View
from convlens.tracing.trace import Trace
from convlens.tracing.walk import Walk


class Reader:
    """What one node of a traced call computes.

    ``view`` is "window", or for a transposed convolution "scattering" or "stretched"; ``key`` begins the keys of its grids;
    ``names`` are the letters of what goes in and what comes out. ``after`` is the activation behind it, if any: its values are
    those that come out.
    """

    def __init__(
        self, trace: Trace, walk: Walk, node: Node, view: str, key: str, names: tuple[str, str], after: Node | None = None
    ) -> None:
        self.trace, self.walk, self.node, self.key, self.names, self.after = trace, walk, node, key, names, after
        known = trace.facts.nodes[node.name]
        self.given, self.made = known.inputs[0].dims, known.outputs[0].dims
        self.where = channel_axis(node.op, known.inputs[0])
        self.lead: Shape = (0,) * self.where
        op: Any = node.op
        self.weight: Shape = next((held.shape for held in trace.held if held.key == (node.name, "weight")), ())
        self.groups: int = op.groups if self.weight else self.given[self.where]
        self.lanes = lanes(self.given[self.where], self.made[self.where], self.groups)
        self.channels = [channel for _, channels, _ in self.lanes for channel in channels]
        self.outs = [out for _, _, outs in self.lanes for out in outs]
        self.traced = {index: walk.at(node, index) for index in self._indices()}
        self.view_name = view
        self.plane = self.view(next(iter(self.traced.values()))).plane
        self.bounds = [self.plane.bounds(axis) for axis in range(len(self.plane.sizes))]
        self.cells = places(self.bounds)
        self.read = {term.place for traced in self.traced.values() for c in self.view(traced).channels for term in c.terms}

    def _indices(self) -> list[Shape]:
        """Every output that is drawn, in the order of memory."""
        space = list(product(*map(range, self.made[self.where + 1 :])))
        return [(*self.lead, channel, *place) for channel in self.outs for place in space]

    def view(self, traced: Traced) -> View:
        return next((view for view in traced.views if view.name == self.view_name), traced.views[0])

    @property
    def slices(self) -> bool:
        """Is an image a row of slices?"""
        return len(self.plane.sizes) == 3

    @property
    def bias(self) -> bool:
        return any(held.key == (self.node.name, "bias") for held in self.trace.held)

    def value(self, index: Shape) -> Number:
        """A number of what goes in."""
        return self.walk.sources[self.node.inputs[0]].read(index)

    def made_at(self, index: Shape) -> Number:
        """A number of what comes out, through the activation behind the node."""
        return self.traced[index].value if self.after is None else self.walk.at(self.after, index).value

    def first(self, out: int) -> int:
        """The first input channel that an output channel reads."""
        return out // (self.made[self.where] // self.groups) * (self.given[self.where] // self.groups)

    def tap(self, channel: int, out: int, tap: Shape) -> Number:
        """A weight; of a transposed convolution the axes of its channels are the other way round."""
        source = self.trace.weight((self.node.name, "weight"))
        if self.node.op.name == "conv_transpose":
            return source.read((channel, out % (self.made[self.where] // self.groups), *tap))
        return source.read((out, channel - self.first(out), *tap))

    @property
    def turned(self) -> bool:
        """Is the kernel drawn turned by 180 degrees, as it slides over a stretched input?"""
        return self.view_name == "stretched"

    def seat(self, tap: Shape) -> Shape:
        """Where a tap stands in the drawn kernel, and which tap stands there: the same question for a kernel that is turned."""
        return tuple(size - 1 - at for size, at in zip(self.weight[2:], tap, strict=True)) if self.turned else tap

    def titled(self, name: str, channel: int, depth: int) -> str:
        """How a program writes this map: ``x[0]``, a slice ``x[0,2]``, with the channels last ``x[...,0]``."""
        if self.trace.graph.layout == "N*C":
            return f"{name}[{f'{depth},' if self.slices else ''}...,{channel}]"
        return f"{name}[{channel}{f',{depth}' if self.slices else ''}]"

    def place(self, index: Shape) -> str:
        """An index without its batch, in the layout of the call."""
        own = self.trace.own(index)[1:] if self.where else index
        return ",".join(map(str, own))

    def letter(self, group: int) -> str:
        """Of a lane; pooling and a single group need none."""
        return letter(group) if self.weight and self.groups > 1 else ""
