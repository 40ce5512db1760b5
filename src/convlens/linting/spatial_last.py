"""Is the last axis of a tensor still an axis of the image, as a convolution left it?"""

from functools import lru_cache

from convlens.arith.axis import IDENTITY
from convlens.ir.graph import Node, Ref
from convlens.ir.op import Along, Inputs, Op
from convlens.linting.network import Network
from convlens.ops._window import channel_axis

Order = tuple[int, ...]
"""For each axis of the tensor, which axis it was so far back."""

Known = dict[tuple[Ref, Order], Node | None]


def spatial_layer(net: Network, ref: Ref, known: Known) -> Node | None:
    """The convolution or pooling whose axes this tensor has, in their order, the last of them an axis of space.

    None where the last axis has become another, as behind a reshape, a linear layer or a permutation that is not undone.
    ``known`` keeps the answers.
    """
    way: list[tuple[Ref, Order]] = []
    found: Node | None = None
    at: tuple[Ref, Order] | None = (ref, tuple(range(net.spec(ref).rank)))
    while at is not None and found is None and at not in known:
        way.append(at)
        found = _its_layer(net, *at)
        at = _earlier(net, *at)
    if found is None and at is not None:
        found = known[at]
    known.update((each, found) for each in way)
    return found


def _its_layer(net: Network, ref: Ref, order: Order) -> Node | None:
    """The node itself, where it has spatial axes, the last of which is the tensor's last."""
    if ref.node not in net.facts.nodes or order != tuple(sorted(order)):
        return None
    node, xs = net.graph[ref.node], net.facts.nodes[ref.node].inputs
    if not node.op.axes or not xs or xs[0].rank not in (node.op.axes + 1, node.op.axes + 2):
        return None
    return node if channel_axis(node.op, xs[0]) < xs[0].rank - 1 and len(order) == xs[0].rank else None


def _earlier(net: Network, ref: Ref, order: Order) -> tuple[Ref, Order] | None:
    """The tensor that this one was made of, if it has the same axes."""
    if ref.node not in net.facts.nodes:
        return None
    node, xs = net.graph[ref.node], net.facts.nodes[ref.node].inputs
    if node.op.name == "permute":
        moved: Order = tuple(axis % len(order) for axis in node.op.settings()["order"])
        return node.inputs[0], tuple(moved[axis] for axis in order)
    at = _handed_on(node.op, xs, ref.port, order[-1])
    return None if at is None else (node.inputs[at], order)


@lru_cache(maxsize=4096)
def _handed_on(op: Op, xs: Inputs, port: int, axis: int) -> int | None:
    """The input whose axis ``axis`` this output reads in its place; None where none is, or the number of axes changes."""
    reads, rank = op.reads(xs)[port], op.outputs(xs)[port].rank
    return next((at for at, read in enumerate(reads) if len(read) == rank and read[axis] == Along(axis, IDENTITY)), None)
