"""G11: dilated layers that leave holes."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from convlens.ir.errors import ConvlensError
from convlens.ir.graph import Graph, Node
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.linting.dilations import Layers, Rates, rates_of, wider, with_dilation, without_holes
from convlens.linting.edits import with_ops
from convlens.linting.finding import Finding, Fix
from convlens.linting.network import Network
from convlens.linting.places import Places
from convlens.linting.rule import Rule
from convlens.linting.stacks import Stack, stacks

SHOWN = 8
"""So many rates are written out."""

DRAWN = 128
"""A map of what is read is given for a window of up to so many places."""


class Gridding(Rule):
    """Dilated layers in series leave holes in what an output sees.

    ## Why
    A dilated kernel skips the places between its taps. The layers before and behind may fill them; where they do not, an
    output never sees some places inside its own window. Where all dilations share a factor, neighbouring outputs even see
    no place in common, and the map falls apart into interleaved maps that know nothing of each other.

    Which places are read follows from all layers of one stride together, in any order, branches and shortcuts included.

    ## Bad
        input x: 1x16x64x64
        a = conv(x, out=16, kernel=3x3, padding=2, dilation=2)  # G11
        r = relu(a)
        b = conv(r, out=16, kernel=3x3, padding=2, dilation=2)  # G11
        s = relu(b)
        c = conv(s, out=16, kernel=3x3, padding=2, dilation=2)  # G11
        output c

    ## Good
        input x: 1x16x64x64
        a = conv(x, out=16, kernel=3x3, padding=1)
        r = relu(a)
        b = conv(r, out=16, kernel=3x3, padding=2, dilation=2)
        s = relu(b)
        c = conv(s, out=16, kernel=3x3, padding=3, dilation=3)
        output c

    ## Exceptions
    A single dilated convolution, as each branch of an ASPP, has holes by design and is not reported. A layer with a stride
    that ends the stack counts: it looks at several places, so it may fill the holes.

    ## Source
    Wang et al., Understanding Convolution for Semantic Segmentation, arXiv:1702.08502, section 3.2 (hybrid dilated
    convolution); Yu, Koltun, Funkhouser, Dilated Residual Networks, arXiv:1705.09914, section 4. Their inequality for the
    rates is not used: it passes (2, 3, 5), which reads 19 of 21 places, and refuses (1, 3, 1), which reads all 11.
    """

    code = "G11"
    name = "gridding"
    severity = "warn"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        for stack in stacks(net):
            if stack.sparsest.density < 1:
                layers = [net.slides(node) for node in stack.layers]
                yield self.found(
                    [node.name for node in stack.layers],
                    _message(stack.sparsest, rates_of(layers)),
                    evidence=_evidence(stack, rates_of(layers)),
                    fixes=_fixes(net, stack, layers),
                )


def _message(sparse: Places, rates: Rates) -> Remark:
    where = {"rates": _listed(rates), "read": sparse.read, "hull": sparse.hull}
    if sparse.spacing > 1:
        return remark(
            marked(
                "the dilations {rates} are all multiples of {spacing}: along an axis an output reads {read} of the {hull} places "
                "of its window, and none that its neighbour reads"
            ),
            spacing=sparse.spacing, **where,
        )  # fmt: skip
    return remark(
        marked("the dilations {rates} leave holes: along an axis an output reads {read} of the {hull} places of its window"),
        **where,
    )


def _listed(rates: Rates) -> str:
    return ", ".join([*map(str, rates[:SHOWN]), *(["..."] if len(rates) > SHOWN else [])])


def _evidence(stack: Stack, rates: Rates) -> dict[str, Any]:
    sparse = stack.sparsest
    drawn = {"map": "".join(".X"[int(bit)] for bit in f"{sparse.mask:b}"[::-1])} if sparse.hull <= DRAWN else {}
    return {
        "rates": list(rates),
        "source": str(stack.source),
        "end": stack.node,
        "read": [places.read for places in stack.axes],
        "window": [places.hull for places in stack.axes],
        "holes": sparse.hull - sparse.read,
        "density": f"{sparse.read}/{sparse.hull}",
        "spacing": sparse.spacing,
        **drawn,
    }


def _fixes(net: Network, stack: Stack, layers: Layers) -> Iterator[Fix]:
    for rates in without_holes(layers, stack.sparsest.hull):
        mended = partial(_with_rates, layers=stack.layers, slides=layers, rates=rates)
        if _has_no_holes(net, stack, mended):
            words = marked("dilations {rates}, each with the padding that keeps its output's size: all {hull} places are read")
            yield Fix(remark(words, rates=_listed(rates), hull=stack.sparsest.hull + wider(layers, rates)), mended)
    yield Fix(remark(marked("layers behind with smaller dilations, down to 1, and no shortcut around them")))


def _with_rates(graph: Graph, *, layers: tuple[Node, ...], slides: Layers, rates: Rates) -> Graph:
    changed = zip(layers, slides, rates, strict=True)
    return with_ops(graph, {node.name: with_dilation(node.op, each, rate) for node, each, rate in changed})


def _has_no_holes(net: Network, stack: Stack, mended: Callable[[Graph], Graph]) -> bool:
    try:
        after = list(stacks(Network(mended(net.graph))))
    except ConvlensError:
        return False
    return all(other.source != stack.source or other.sparsest.density == 1 for other in after)
