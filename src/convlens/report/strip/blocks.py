"""What is written on a block and how large it is: the value of one `Item` of a network."""

from collections.abc import Sequence
from functools import lru_cache
from math import log2, prod
from typing import TYPE_CHECKING, NamedTuple

from convlens.ir.graph import Node
from convlens.ir.label import label
from convlens.ir.spec import Shape, show_shape
from convlens.report.layout import own
from convlens.report.strip.fold import Item, Likeness
from convlens.report.strip.kinds import UNKNOWN, Kind, hatched, kind_of
from convlens.report.strip.measure import NAME, SMALL, fitted, fitted_name, text_width

if TYPE_CHECKING:
    from convlens.report.summary import Summary

LEAST = 18
LABEL = 104
"""Pixels that a text below a block takes at most."""
COLUMN = 66
"""Pixels that a column takes at least: a number fits under it."""


class Block(NamedTuple):
    """One block: ``width`` grows with the channels, ``height`` with the spatial size (both logarithmic), in pixels.

    ``column`` is the width of all that stands under it, ``main`` the layer that gives it its colour: the one with most MACs.
    """

    item: Item
    kind: Kind
    hatched: bool
    width: int
    height: int
    column: int
    name: str
    shape: str
    what: str
    main: int


def reported(report: "Summary") -> tuple[Node, ...]:
    """The layers up to where the shapes break, that one included."""
    known, broken = report.facts.nodes, report.facts.broken
    return tuple(node for node in report.graph if node.name in known or node is broken)


def likeness(report: "Summary") -> Likeness:
    nodes = reported(report)
    found = [report.facts.nodes.get(node.name) for node in nodes]
    same = [(node.op, known and (known.inputs, known.outputs, known.params)) for node, known in zip(nodes, found, strict=True)]
    space = [_first(known.outputs[0].dims)[1] if known and known.outputs else 0 for known in found]
    return Likeness(nodes, same, space)


def blocks(report: "Summary", nodes: Sequence[Node], items: Sequence[Item]) -> list[Block]:
    return [block(report, nodes, item) for item in items]


def block(report: "Summary", nodes: Sequence[Node], item: Item) -> Block:
    last, main = nodes[item.stop - 1], _main(report, nodes, item)
    known = report.facts.nodes.get(last.name)
    dims = known.outputs[0].dims if known and known.outputs else ()
    broken = known is None
    width, height = _extent(dims)
    name = fitted_name(item.name, NAME, LABEL)
    shape = fitted("?" if broken else show_shape(own(dims, report.graph.layout)), SMALL, LABEL + 30)
    what = "" if item.children else fitted(_title(report, last), SMALL, LABEL)
    widest = max(text_width(name, NAME), text_width(shape, SMALL), text_width(what, SMALL), COLUMN, width + 8)
    op = nodes[main].op
    return Block(
        item, UNKNOWN if broken else kind_of(op), hatched(op), width, height, widest + 12, name, shape, what, main
    )  # fmt: skip


def _main(report: "Summary", nodes: Sequence[Node], item: Item) -> int:
    def cost(at: int) -> tuple[int, int]:
        known = report.facts.nodes.get(nodes[at].name)
        return ((known.macs or 0), known.params) if known else (0, 0)

    return max(range(item.first, item.stop), key=cost)


def _title(report: "Summary", node: Node) -> str:
    known = report.facts.nodes.get(node.name)
    return label(node.op, known.inputs if known else (), report.graph.dialect).partition("(")[0]


@lru_cache(maxsize=4096)
def _extent(dims: Shape) -> tuple[int, int]:
    """Width and height: 5 pixels more for each doubling of the channels, 11 for each of the spatial size."""
    channels, space = _first(dims)
    return min(LEAST + round(5 * log2(max(channels, 1))), 90), min(LEAST + round(11 * log2(max(space, 1))), 140)


def _first(dims: Shape) -> tuple[int, float]:
    """Channels, and the geometric mean of the spatial sizes."""
    space = dims[2:]
    return (dims[1] if len(dims) > 1 else 1), (max(prod(space), 1) ** (1 / len(space)) if space else 1.0)
