"""Branches that meet although their pixels lie at different places, leaving out those that are meant to."""

from collections.abc import Mapping

from convlens.ir.graph import Ref
from convlens.linting.meant import gathers, looks_back
from convlens.linting.misfit import Misfit, Ways, ways
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
    found = _without_resized(net, [Misfit(net.graph[name], tuple(each)) for name, each in met.items()])
    kept: dict[str, Misfit] = {}
    for misfit in found:
        back = ways(net, misfit)
        if not (gathers(net, back) or looks_back(net, misfit, back) or _follows(misfit, back, kept)):
            kept[misfit.node.name] = misfit
    return list(kept.values())


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


def _follows(misfit: Misfit, back: Ways, earlier: Mapping[str, Misfit]) -> bool:
    """Has one branch alone lain as far off since an earlier misfit?"""
    return any(earlier[ref.node].farthest == misfit.farthest for own in back.own for ref in own if ref.node in earlier)
