"""Branches that meet although their pixels lie at different places, leaving out those that are meant to."""

from convlens.ir.graph import Ref
from convlens.linting.meant import gathers, looks_back
from convlens.linting.misfit import Misfit, trails
from convlens.linting.network import Network
from convlens.linting.resizing import uneven_resizes
from convlens.passes.sampling import Meeting


def misfits(net: Network) -> list[Misfit]:
    """Every node at which branches meet that lie apart along space or time, though nobody can have meant it.

    Meant are places read side by side on purpose (slices of one map that are put together again), windows that look back
    only, along one axis, and mirrored maps. Strides that differ because a resize is uneven are that one's fault. Where one
    branch has lain apart since an earlier meeting, that one is told alone.
    """
    met: dict[str, list[Meeting]] = {}
    for meeting in net.sampling.meetings:
        if _counts(net, meeting):
            met.setdefault(meeting.node, []).append(meeting)
    found = [Misfit(net.graph[name], tuple(each)) for name, each in met.items()]
    found = [misfit for misfit in found if not gathers(net, misfit) and not looks_back(net, misfit)]
    return _without_followers(net, _without_resized(net, found))


def _counts(net: Network, meeting: Meeting) -> bool:
    lines = [branch.place.line for branch in meeting.branches]
    wide = net.spec(Ref(meeting.node, meeting.port)).dims[meeting.axis] > 1
    return wide and meeting.branches[0].place[:2] in net.space and all(line.rise > 0 for line in lines)


def _without_resized(net: Network, found: list[Misfit]) -> list[Misfit]:
    if not any(misfit.strides_differ for misfit in found):
        return found
    behind = {node.name for node in uneven_resizes(net)}
    for node in net.nodes:
        if any(ref.node in behind for ref in node.inputs):
            behind.add(node.name)
    return [misfit for misfit in found if not (misfit.strides_differ and misfit.node.name in behind)]


def _without_followers(net: Network, found: list[Misfit]) -> list[Misfit]:
    """Without those one branch of which comes from an earlier misfit and lies as far off as there; the other one does not."""
    kept: list[Misfit] = []
    for misfit in found:
        ways = [{ref.node for ref in refs} for refs in trails(net, misfit)] if kept else []
        if not any(misfit.farthest == other.farthest and sum(other.node.name in way for way in ways) == 1 for other in kept):
            kept.append(misfit)
    return kept
