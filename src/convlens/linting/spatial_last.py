"""Is the last axis of a tensor still an axis of the image, as a convolution left it?"""

from functools import lru_cache

from convlens.arith.axis import IDENTITY
from convlens.ir.graph import Node, Ref
from convlens.ir.op import Along, Inputs, Op
from convlens.linting.network import Network
from convlens.ops._window import channel_axis


def spatial_layer(net: Network, ref: Ref, known: dict[Ref, Node | None]) -> Node | None:
    """The convolution or pooling whose last spatial axis is the last axis of this tensor, handed on in its place.

    None where the axis has become another, as behind a permutation, a reshape or a linear layer; ``known`` keeps the answers.
    """
    way: list[Ref] = []
    found: Node | None = None
    while ref not in known:
        way.append(ref)
        node = net.graph[ref.node] if ref.node in net.facts.nodes else None
        if node is None:
            break
        if _slides_last(node, net.known(node).inputs):
            found = node
            break
        at = _handed_on(node.op, net.known(node).inputs, ref.port)
        if at is None:
            break
        ref = node.inputs[at]
    else:
        found = known[ref]
    known.update((each, found) for each in way)
    return found


def _slides_last(node: Node, xs: Inputs) -> bool:
    """Does it have spatial axes, the last of which is the tensor's last?"""
    if not node.op.axes or not xs or xs[0].rank not in (node.op.axes + 1, node.op.axes + 2):
        return False
    return channel_axis(node.op, xs[0]) < xs[0].rank - 1


@lru_cache(maxsize=4096)
def _handed_on(op: Op, xs: Inputs, port: int) -> int | None:
    """The input whose last axis this output reads in its place; None where none is, or the number of axes changes."""
    reads, outs = op.reads(xs), op.outputs(xs)
    rank = outs[port].rank
    for at, read in enumerate(reads[port]):
        if len(read) == rank > 0 and isinstance(read[-1], Along) and read[-1] == Along(rank - 1, IDENTITY):
            return at
    return None
