"""Branches that lie apart on purpose: places read side by side, and windows that look back only."""

from convlens.arith.axis import IDENTITY, AxisMap, TooIrregularError, compose
from convlens.ir.graph import Node, Ref
from convlens.ir.op import Along
from convlens.linting.misfit import Misfit, Ways
from convlens.linting.network import Network
from convlens.passes.reads import reads_of


def gathers(net: Network, found: Ways) -> bool:
    """Are all branches made from one map by nodes that read one pixel for each of theirs?"""
    return found.source is not None and all(_reads_one(net, ref) for own in found.own for ref in own)


def _reads_one(net: Network, ref: Ref) -> bool:
    node = net.graph[ref.node]
    return len(node.inputs) == 1 and all(found.supports == (1, 1) for found in _maps(net, node, ref.port).values())


def _maps(net: Network, node: Node, port: int, at: int = 0) -> dict[int, AxisMap]:
    """How a node reads each axis of an input that has a place, by the axis of its output."""
    read = reads_of(node.op, net.known(node).inputs)[port][at]
    placed = net.sampling.of(node.inputs[at])
    followed = (along for axis, along in enumerate(read) if placed[axis] and isinstance(along, Along))
    return {along.axis: along.map for along in followed if along.axis is not None}


def looks_back(net: Network, misfit: Misfit, found: Ways) -> bool:
    """Do all branches end at the same pixel, along one axis only? Then they are causal."""
    if len(misfit.meetings) != 1 or misfit.strides_differ or found.source is None:
        return False
    ends = {_last_read(net, own, misfit.axes[0]) for own in found.own}
    return len(ends) == 1 and None not in ends


def _last_read(net: Network, refs: list[Ref], axis: int) -> int | None:
    """The last pixel that output 0 reads after these nodes, the last of which comes first; None where it cannot be told."""
    total = IDENTITY
    for ref in refs:
        node = net.graph[ref.node]
        at = next(i for i, before in enumerate(node.inputs) if any(net.sampling.of(before)))
        step = _maps(net, node, ref.port, at).get(axis)
        try:
            total = compose(step, total) if step is not None else total
        except TooIrregularError:
            return None
    return total.footprints[0][-1][1] if total.period == 1 and total.footprints[0] else None
