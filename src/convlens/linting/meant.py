"""Branches that lie apart on purpose: places read side by side, and windows that look back only."""

from collections.abc import Iterator

from convlens.arith.axis import IDENTITY, AxisMap, TooIrregularError, compose
from convlens.ir.graph import Node, Ref
from convlens.ir.op import Along
from convlens.linting.misfit import Misfit, trails
from convlens.linting.network import Network
from convlens.passes.reads import reads_of


def gathers(net: Network, misfit: Misfit) -> bool:
    """Are all branches made from one map by nodes that read one pixel for each of theirs?"""
    sources = [set(_one_by_one(net, refs)) for refs in trails(net, misfit)]
    return bool(set.intersection(*sources))


def _one_by_one(net: Network, refs: list[Ref]) -> Iterator[Ref]:
    for ref in refs:
        yield ref
        if ref.node not in net.facts.nodes or not _reads_one(net, ref):
            return


def _reads_one(net: Network, ref: Ref) -> bool:
    node = net.graph[ref.node]
    return len(node.inputs) == 1 and all(found.supports == (1, 1) for found in _maps(net, node, ref.port).values())


def _maps(net: Network, node: Node, port: int, at: int = 0) -> dict[int, AxisMap]:
    """How a node reads each axis of an input that has a place, by the axis of its output."""
    read = reads_of(node.op, net.known(node).inputs)[port][at]
    placed = net.sampling.of(node.inputs[at])
    followed = (along for axis, along in enumerate(read) if placed[axis] and isinstance(along, Along))
    return {along.axis: along.map for along in followed if along.axis is not None}


def looks_back(net: Network, misfit: Misfit) -> bool:
    """Do all branches end at the same pixel, along one axis only? Then they are causal."""
    if len(misfit.meetings) != 1 or misfit.strides_differ:
        return False
    first, *others = trails(net, misfit)
    return all(_end_alike(net, first, other, misfit.axes[0]) for other in others)


def _end_alike(net: Network, a: list[Ref], b: list[Ref], axis: int) -> bool:
    common = next((ref for ref in a if ref in b), None)
    if common is None:
        return False
    ends = [_last_read(net, refs[: refs.index(common)], axis) for refs in (a, b)]
    return ends[0] is not None and ends[0] == ends[1]


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
