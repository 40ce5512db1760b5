"""G10: branches that meet although they look at different places."""

from collections.abc import Iterator
from functools import reduce
from typing import Any

from convlens.ir.graph import Graph
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.alignment import misfits
from convlens.linting.finding import Finding, Fix
from convlens.linting.grid import number
from convlens.linting.misfit import Misfit
from convlens.linting.network import Network
from convlens.linting.realign import Move, moves
from convlens.linting.rule import Rule


class BranchMisalignment(Rule):
    """Branches that meet although they look at different places.

    ## Why
    Each pixel of a map has a centre in the input: the middle of what it was made from. Where two branches are added or
    concatenated, their pixels should have the same centres. If one branch pads or crops another side than the other, or takes
    other strides, their sizes may still agree, and nothing breaks: what the one says of a place is put to what the other says
    of a place beside it.

    A distance that whole pixels of padding or cropping take away is very likely a slip and a warning, and so is one of a
    whole pixel of the maps or more. A part of a pixel that comes from the design, as where an average over 2x2 pixels meets a
    3x3 kernel of stride 2, is info.

    ## Bad
        input x: 1x3x8x8
        a = conv(x, out=8, kernel=1x1, stride=4)
        b = conv(x, out=8, kernel=3x3, stride=2, padding=same)
        c = conv(b, out=8, kernel=1x1, stride=2)
        d = add(a, c)  # G10
        output d

    ## Good
        input x: 1x3x9x9
        a = conv(x, out=8, kernel=1x1, stride=4)
        b = conv(x, out=8, kernel=3x3, stride=2, padding=same)
        c = conv(b, out=8, kernel=1x1, stride=2)
        d = add(a, c)
        output d

    ## Source
    Araujo, Norris, Sim, Computing Receptive Fields of Convolutional Neural Networks, Distill 2019,
    doi 10.23915/distill.00021, section "Arbitrary computation graphs". The examples are networks of its open-source tests.

    ## Exceptions
    Slices of one map that are put together again, causal padding along one axis, what is one pixel wide or has seen
    everything, and strides that differ because of an uneven resize (G21).
    """

    code = "G10"
    name = "branch-misalignment"
    severity = "warn"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        if not net.sampling.meetings:
            return
        apart = [(misfit, moves(net, misfit)) for misfit in misfits(net)]
        if mendable := [misfit for misfit, found in apart if found]:
            yield self._distance(mendable, _moved([move for _, found in apart for move in found or ()]))
        rest = [misfit for misfit, found in apart if not found]
        if drifting := [misfit for misfit in rest if misfit.strides_differ]:
            yield self._strides(drifting)
        words = marked("on the way of each branch kernels that are all odd or all even, and the same way down as up")
        if far := [misfit for misfit in rest if not misfit.strides_differ and misfit.share >= 1]:
            yield self._distance(far, Fix(remark(words)))
        if near := [misfit for misfit in rest if not misfit.strides_differ and misfit.share < 1]:
            yield self._distance(near, Fix(remark(words)))._replace(severity="info")

    def _distance(self, apart: list[Misfit], fix: Fix) -> Finding:
        worst = max(apart, key=lambda misfit: (misfit.share, misfit.farthest))
        message = remark(
            marked("branches that meet here look at places {distance} px of the input apart ({share} of a pixel of their maps)"),
            distance=str(worst.farthest), share=str(worst.share),
        )  # fmt: skip
        return self.found(_names(apart), message, evidence=_evidence(apart), fixes=[fix])

    def _strides(self, apart: list[Misfit]) -> Finding:
        message = remark(
            marked("branches that meet here take different strides, so that their pixels drift apart ({steps} px of the input)"),
            steps=" / ".join(str(branch.place.line.slope) for branch in apart[0].meetings[0].branches),
        )  # fmt: skip
        fix = Fix(remark(marked("the same strides on the way of each branch")))
        return self.found(_names(apart), message, evidence=_evidence(apart), fixes=[fix])


def _names(apart: list[Misfit]) -> list[str]:
    return [misfit.node.name for misfit in apart]


def _evidence(apart: list[Misfit]) -> dict[str, Any]:
    return {"meetings": {misfit.node.name: _of_one(misfit) for misfit in apart}}


def _of_one(misfit: Misfit) -> dict[str, Any]:
    first = misfit.meetings[0].branches
    return {
        "axes": misfit.axes,
        "branches": [str(misfit.node.inputs[branch.at]) for branch in first],
        "slopes": [[number(branch.place.line.slope) for branch in meeting.branches] for meeting in misfit.meetings],
        "offsets": [[number(by) for by in misfit.offsets(branch.at).values()] for branch in first],
    }


def _moved(found: list[Move]) -> Fix:
    found = list(dict.fromkeys(found))

    def apply(graph: Graph) -> Graph:
        return reduce(lambda changed, move: move.apply(changed), found, graph)

    words = marked("other sides of the padding or crop, by whole pixels of the layer's input ({moves})")
    shown = ", ".join(f"{move.node} {max(move.by, key=abs):+d}" for move in found)
    return Fix(remark(words, moves=shown), apply)
