"""G01: a transposed convolution that paints a checkerboard."""

from collections.abc import Iterator
from math import prod
from typing import Any

from convlens.arith.pattern import Pattern, ratio
from convlens.arith.units import times
from convlens.ir.graph import Node
from convlens.ir.spec import show_shape
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.carried import Imprint
from convlens.linting.enlarging import fixes
from convlens.linting.finding import Finding
from convlens.linting.network import Network
from convlens.linting.overlap import has_holes, is_uneven
from convlens.linting.rule import Rule

LEFT = marked(
    "kernel {kernel} at stride {stride}: neighbouring outputs add up {least} to {most} taps; at the network's output {left} to 1 "
    "of this is left along an axis"
)
EVENED = marked(
    "kernel {kernel} at stride {stride}: neighbouring outputs add up {least} to {most} taps; the layers behind even this out, as "
    "far as they are linear"
)
WINDOW = ("kernel", "stride", "dilation", "padding", "output_padding")


class Checkerboard(Rule):
    """A transposed convolution whose patches overlap unevenly.

    ## Why
    Every input pixel paints a patch, and where patches overlap they are added up. Where the kernel is no multiple of the
    stride, some outputs get more taps than their neighbours, always in the same places: with kernel 3 and stride 2, one tap
    and two by turns, and in an image, over both axes, one to four. Trained networks show it as a checkerboard.

    What counts is the whole network. Later layers may even the pattern out (kernel 3, then a transposed convolution of
    kernel 4, both of stride 2), dampen it (a convolution of kernel 3 leaves 5 to 4 along an axis) or repeat it, so the
    paths to each output pixel are counted through all of them. Where none of it is left this is a note: with activations
    in between, layers cancel only roughly.

    ## Bad
        input x: 1x64x16x16
        up = conv_transpose(x, out=3, kernel=3x3, stride=2, padding=1, output_padding=1)  # G01
        y = tanh(up)
        output y

    ## Good
        input x: 1x64x16x16
        up = conv_transpose(x, out=3, kernel=4x4, stride=2, padding=1)
        y = tanh(up)
        output y

    ## Source
    Odena, Dumoulin, Olah, Deconvolution and Checkerboard Artifacts, Distill 2016, doi 10.23915/distill.00003. The numbers
    are exact counts.
    """

    code = "G01"
    name = "checkerboard"
    severity = "warn"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        alike: dict[tuple[Any, ...], list[Node]] = {}
        for node in net.of("conv_transpose"):
            counts = net.overlap(node)
            if is_uneven(counts) and not has_holes(counts):
                ends, given = net.imprints.behind.get(node.name, []), node.op.settings()
                window = tuple(given[setting] for setting in WINDOW)
                alike.setdefault((window, bool(ends), any(end.stacked for end in ends)), []).append(node)
        for nodes in alike.values():
            yield self._about(net, nodes)

    def _about(self, net: Network, nodes: list[Node]) -> Finding:
        given, counts = nodes[0].op.settings(), net.overlap(nodes[0])
        ends = [end for node in nodes for end in net.imprints.behind.get(node.name, [])]
        told = {
            "kernel": show_shape(given["kernel"]), "stride": show_shape(given["stride"]),
            "least": prod(map(min, counts)), "most": prod(map(max, counts)),
        }  # fmt: skip
        worst = max(ends, key=lambda end: ratio(end.worst), default=None)
        return self.found(
            [node.name for node in nodes],
            remark(LEFT, **told, left=times(ratio(worst.worst))) if worst else remark(EVENED, **told),
            severity="warn" if worst else "info",
            evidence={**_of_layer(counts), **(_at_output(worst) if worst else {"left": "1"})},
            fixes=fixes(net, nodes),
        )


def _of_layer(counts: tuple[Pattern, ...]) -> dict[str, Any]:
    """Taps for each output of a period, axis by axis, and how much the most differ from the least."""
    ratios = list(map(ratio, counts))
    return {"taps": list(map(list, counts)), "ratio": str(max(ratios)), "ratio_all_axes": str(prod(ratios))}


def _at_output(end: Imprint) -> dict[str, Any]:
    """What is left along the worst axis and, where that is exact, over all axes."""
    left = {"left": str(ratio(end.worst)), "period": len(end.worst), "counts": list(end.worst)}
    return left if end.joined or end.loose else {**left, "left_all_axes": str(prod(map(ratio, end.patterns)))}
