"""One layer, run on a shape: what an explanation says of it."""

from functools import lru_cache
from typing import NamedTuple

from convlens.arith.padding import Sides
from convlens.importers.calls import read
from convlens.ir.graph import Graph
from convlens.ir.spec import Shape, parse_shape, show_shape
from convlens.ops._window import Window
from convlens.passes.facts import Facts, facts
from convlens.passes.receptive_field import AxisField, receptive_fields

Call = tuple[str, str]
"""A layer as its framework writes it, and the shape of its input, in the framework's own layout."""


class Example(NamedTuple):
    """A call and what it does; shapes in the layout of the call."""

    call: str
    input: Shape
    output: Shape
    params: int
    macs: int
    elementwise: int
    pads: tuple[Sides, ...]
    fields: tuple[AxisField, ...]

    @property
    def shapes(self) -> str:
        return f"{show_shape(self.input)} -> {show_shape(self.output)}"


@lru_cache
def run(call: str, shape: str) -> Example:
    """The facts of one layer.

    >>> run("Conv2d(3, 192, 3, bias=False)", "1x3x32x32").params
    5184
    """
    given = parse_shape(shape)
    graph = read(call, [given])
    found = facts(graph)
    if found.error is not None:
        raise found.error
    made = found.nodes[graph.outputs[0].node].outputs[0].dims
    nodes = found.nodes.values()
    return Example(
        call, given, _own(made, graph), sum(n.params for n in nodes), sum(n.macs or 0 for n in nodes),
        sum(n.elementwise or 0 for n in nodes), _pads(graph, found), _fields(graph, found),
    )  # fmt: skip


def _own(dims: Shape, graph: Graph) -> Shape:
    return (dims[0], *dims[2:], dims[1]) if graph.layout == "N*C" and len(dims) >= 3 else dims


def _pads(graph: Graph, found: Facts) -> tuple[Sides, ...]:
    """Pixels that the first layer adds on the sides of each axis."""
    first = next(iter(graph))
    return tuple(first.op.pads(found.nodes[first.name].inputs[0])) if isinstance(first.op, Window) else ()


def _fields(graph: Graph, found: Facts) -> tuple[AxisField, ...]:
    field = receptive_fields(graph, found).get(graph.outputs[0].node)
    return field.axes if field is not None else ()
