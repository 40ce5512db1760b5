"""A node at which branches meet although their pixels lie at different places, and the ways that lead there."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from typing import NamedTuple

from convlens.ir.graph import Node, Ref
from convlens.linting.network import Network
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
        slopes = {meeting.branches[0].place[:2]: meeting.branches[0].place.line.slope for meeting in self.meetings}
        return max(abs(by) / slopes[key] for at in self.branches for key, by in self.offsets(at).items())


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


def trails(net: Network, misfit: Misfit) -> list[list[Ref]]:
    """The way back of each branch, in their order."""
    return [list(islice(trail(net, misfit.node.inputs[at]), LONGEST)) for at in misfit.branches]
