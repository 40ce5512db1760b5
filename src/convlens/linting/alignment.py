"""Branches that meet although their pixels lie at different places, leaving out those that are meant to."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from typing import NamedTuple

from convlens.arith.axis import IDENTITY, AxisMap, TooIrregularError, compose
from convlens.ir.graph import Node, Ref
from convlens.ir.op import Along
from convlens.linting.network import Network
from convlens.linting.resizing import uneven_resizes
from convlens.passes.growth import reads_of
from convlens.passes.program import Axis
from convlens.passes.sampling import Meeting

LONGEST = 256
"""Nodes that a branch is followed back."""


class Misfit(NamedTuple):
    """Branches that meet in ``node``, once for each axis of its output along which they lie apart."""

    node: Node
    meetings: tuple[Meeting, ...]

    @property
    def axes(self) -> list[int]:
        return [meeting.axis for meeting in self.meetings]

    @property
    def strides_differ(self) -> bool:
        return any(len({branch.place.line.slope for branch in meeting.branches}) > 1 for meeting in self.meetings)

    def offsets(self, at: int) -> dict[Axis, Fraction]:
        """By how many input pixels input ``at`` lies behind the first branch, along each input axis."""
        return {
            branch.place[:2]: branch.place.line.intercept - meeting.branches[0].place.line.intercept
            for meeting in self.meetings
            for branch in meeting.branches
            if branch.at == at
        }

    @property
    def branches(self) -> list[int]:
        """The inputs that meet, in order."""
        return sorted({branch.at for meeting in self.meetings for branch in meeting.branches})

    @property
    def farthest(self) -> Fraction:
        """The largest distance between two branches, in input pixels."""
        return max((abs(by) for at in self.branches for by in self.offsets(at).values()), default=Fraction(0))

    @property
    def share(self) -> Fraction:
        """The largest distance, in pixels of the maps that meet."""
        return self.farthest / self.meetings[0].branches[0].place.line.slope


def misfits(net: Network) -> list[Misfit]:
    """Every node at which branches meet that lie apart along space or time, though nobody can have meant it.

    Meant are places read side by side on purpose (slices of one map that are put together again), windows that look back
    only, along one axis, and mirrored maps. Strides that differ because a resize is uneven are that one's fault.
    """
    met: dict[str, list[Meeting]] = {}
    for meeting in net.sampling.meetings:
        if _counts(net, meeting):
            met.setdefault(meeting.node, []).append(meeting)
    found = [Misfit(net.graph[name], tuple(each)) for name, each in met.items()]
    found = [misfit for misfit in found if not _gathers(net, misfit) and not _looks_back(net, misfit)]
    return _without_resized(net, found)


def _counts(net: Network, meeting: Meeting) -> bool:
    lines = [branch.place.line for branch in meeting.branches]
    wide = net.spec(Ref(meeting.node, meeting.port)).dims[meeting.axis] > 1
    return wide and meeting.branches[0].place[:2] in net.space and all(line.rise > 0 for line in lines)


def trail(net: Network, ref: Ref) -> Iterator[Ref]:
    """A tensor and what it was made from, back along the first input of each node that has a place."""
    yield ref
    while ref.node in net.facts.nodes:
        inputs = net.graph[ref.node].inputs
        placed = next((before for before in inputs if any(net.sampling.of(before))), None)
        if placed is None:
            return
        ref = placed
        yield ref


def _trails(net: Network, misfit: Misfit) -> list[list[Ref]]:
    return [list(islice(trail(net, misfit.node.inputs[at]), LONGEST)) for at in misfit.branches]


def _gathers(net: Network, misfit: Misfit) -> bool:
    """Are all branches made from one map by nodes that read one pixel for each of theirs?"""
    sources = [set(_one_by_one(net, refs)) for refs in _trails(net, misfit)]
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


def _looks_back(net: Network, misfit: Misfit) -> bool:
    """Do all branches end at the same pixel, along one axis only? Then they are causal."""
    if len(misfit.meetings) != 1 or misfit.strides_differ:
        return False
    first, *others = _trails(net, misfit)
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


def _without_resized(net: Network, found: list[Misfit]) -> list[Misfit]:
    if not any(misfit.strides_differ for misfit in found):
        return found
    behind = {node.name for node in uneven_resizes(net)}
    for node in net.nodes:
        if any(ref.node in behind for ref in node.inputs):
            behind.add(node.name)
    return [misfit for misfit in found if not (misfit.strides_differ and misfit.node.name in behind)]
