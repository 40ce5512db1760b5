"""G05: strided windows that read some pixels more often than others."""

from collections.abc import Iterator
from fractions import Fraction
from math import gcd, prod

from convlens.arith.pattern import Pattern, ratio, taps
from convlens.arith.units import times
from convlens.ir.graph import Node
from convlens.ir.op import Op
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.edits import with_ops
from convlens.linting.enlarging import settings_changed
from convlens.linting.even import even_windows
from convlens.linting.finding import Finding, Fix
from convlens.linting.network import Network
from convlens.linting.rule import Rule
from convlens.linting.windows import Slide


class GradientCheckerboard(Rule):
    """Strided layers that read some pixels more often than others.

    ## Why
    Backwards, a strided convolution is a transposed one: every pixel gets its gradient over as many paths as windows read
    it. Where the kernel is no multiple of the stride these are not alike: with kernel 3 and stride 2, pixels are read once
    and twice by turns along each axis, and the gradient carries a checkerboard. It is worth knowing for saliency maps,
    adversarial examples and generated images. Classifiers train well all the same, and every ResNet has it.

    ## Bad
        input x: 1x3x32x32
        a = conv(x, out=16, kernel=3x3, stride=2, padding=1)  # G05
        b = max_pool(a, kernel=3x3, stride=2, padding=1)  # G05
        output b

    ## Good
        input x: 1x3x32x32
        a = conv(x, out=16, kernel=4x4, stride=2, padding=1)
        b = max_pool(a, kernel=2x2, stride=2)
        output b

    ## Source
    Odena, Dumoulin, Olah, Deconvolution and Checkerboard Artifacts, Distill 2016, doi 10.23915/distill.00003, section
    Artifacts in Gradients. Remedies: Kinoshita & Kiya, arXiv:2002.02117.
    """

    code = "G05"
    name = "gradient-checkerboard"
    severity = "info"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        reads = {node: _reads(each) for node, each in net.windows if _is_uneven(each)}
        if not reads:
            return
        worst = max(prod(map(ratio, counts)) for counts in reads.values())
        yield self.found(
            [node.name for node in reads],
            remark(
                marked("strided layers that read some pixels up to {ratio} times as often as their neighbours: {count}"),
                count=len(reads), ratio=times(Fraction(worst)),
            ),
            evidence={
                "ratio_all_axes": str(worst),
                "reads": {node.name: list(map(list, counts)) for node, counts in reads.items()},
            },
            fixes=_fixes(net, list(reads)),
        )  # fmt: skip


def _is_uneven(slides: tuple[Slide, ...]) -> bool:
    """Pixels that no window reads are what stride-skips-pixels (G06) tells of."""
    strided = [slide for slide in slides if slide.stride > 1 and slide.out > 1]
    return any(slide.kernel % slide.stride for slide in strided) and all(map(_reads_all, strided))


def _reads_all(slide: Slide) -> bool:
    return slide.kernel >= slide.stride and gcd(slide.dilation, slide.stride) == 1


def _reads(slides: tuple[Slide, ...]) -> list[Pattern]:
    """For each axis, how many windows read each pixel of one period, away from the borders."""
    return [taps(s.kernel, s.stride, s.dilation, s.left) if s.out > 1 else (1,) for s in slides]


def _fixes(net: Network, nodes: list[Node]) -> Iterator[Fix]:
    others = {node.name: found[0] for node in nodes if (found := _even(net, node))}
    if len(others) == len(nodes):
        told = list(dict.fromkeys(settings_changed(node.op, others[node.name]) for node in nodes))
        words = marked("kernels that are multiples of the stride, with the same shapes: {settings}")
        yield Fix(remark(words, settings="; ".join(told)), lambda graph: with_ops(graph, others))
    yield Fix(remark(marked("a fixed blur before each stride, which smooths the gradient as well")))


def _even(net: Network, node: Node) -> tuple[Op, ...]:
    """Weights that are computed cannot be given another size here."""
    known = net.known(node)
    return even_windows(node.op, known.inputs[0], known.outputs[0]) if len(node.inputs) == 1 else ()
