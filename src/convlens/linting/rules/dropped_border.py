"""G08: pixels behind the last window."""

from collections.abc import Iterator
from fractions import Fraction
from math import prod

from convlens.arith.units import percent
from convlens.ir.edit import with_settings
from convlens.ir.graph import Node
from convlens.ir.op import Op
from convlens.ir.spec import Shape, show_shape
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.linting.edits import with_ops
from convlens.linting.finding import Finding, Fix
from convlens.linting.network import Network
from convlens.linting.refit import POOLING, refitted, show_sides
from convlens.linting.rule import Rule
from convlens.linting.windows import Slide

Ends = tuple[int, ...]


class DroppedBorder(Rule):
    """Pixels at the far border that no window reaches.

    ## Why
    Where the windows of a layer do not come out even, the last rows and columns are left over. If they are more than the
    padding, real pixels reach nothing and get no gradient, always on the same side of the picture.

    ## Bad
        input x: 1x3x224x224
        c = conv(x, out=64, kernel=11x11, stride=4)  # G08
        output c

    ## Good
        input x: 1x3x227x227
        c = conv(x, out=64, kernel=11x11, stride=4)
        output c

    ## Exceptions
    What another branch reads is not lost and is not reported, and neither is what a negative padding crops.

    ## Source
    Arithmetic: with r = (n + left + right - dilation*(kernel-1) - 1) mod stride, r - right pixels are left over. The example
    is the first layer of AlexNet, whose paper says 224 where only 227 comes out even.
    """

    code = "G08"
    name = "dropped-border"
    severity = "warn"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        groups: dict[tuple[object, ...], list[tuple[Node, Ends]]] = {}
        for passed in net.passed_over:
            ends = dict(zip(passed.axes, passed.ends, strict=True))
            for node in passed.nodes:
                slides = net.slides(node)
                lost = tuple(min(ends[slide.axis], _left_over(slide)) for slide in slides)
                if any(lost):
                    groups.setdefault((node.op, slides, lost), []).append((node, lost))
        yield from (self._one(net, [node for node, _ in group], group[0][1]) for group in groups.values())

    def _one(self, net: Network, nodes: list[Node], lost: Ends) -> Finding:
        slides = net.slides(nodes[0])
        sizes = tuple(slide.size for slide in slides)
        share = 1 - Fraction(prod(size - end for size, end in zip(sizes, lost, strict=True)), prod(sizes))
        return self.found(
            [node.name for node in nodes],
            remark(
                marked("the windows stop {lost} short of the far border of a map of {sizes}: nothing reads {share} % of it"),
                lost=show_shape(lost), sizes=show_shape(sizes), share=percent(share),
            ),
            evidence={"unread": list(lost), "sizes": list(sizes), "share": str(share)},
            fixes=[*_larger(net, nodes), *_rounded_up(nodes), _clean(slides, lost)],
        )  # fmt: skip


def _left_over(slide: Slide) -> int:
    """Pixels at the far border that a further window would read."""
    return max(slide.dropped - max(slide.stride - slide.reach, 0), 0)


def _larger(net: Network, nodes: list[Node]) -> Iterator[Fix]:
    op = refitted(nodes[0].op, net.slides(nodes[0]))
    if op is None or not all(map(net.may_reshape, nodes)):
        return
    settings = op.settings()
    words = remark(
        marked("kernel {kernel} with padding {padding}, which reads every pixel and gives as many outputs"),
        kernel=show_shape(settings["kernel"]), padding=show_sides(settings["padding"]),
    )  # fmt: skip
    yield _instead(nodes, op, words)


def _rounded_up(nodes: list[Node]) -> Iterator[Fix]:
    op = nodes[0].op
    if op.name in POOLING and not op.settings()["ceil_mode"]:
        words = remark(marked("ceil_mode=True: one more window, which reads them"))
        yield _instead(nodes, with_settings(op, ceil_mode=True), words)


def _instead(nodes: list[Node], op: Op, words: Remark) -> Fix:
    return Fix(words, lambda graph: with_ops(graph, {node.name: op for node in nodes}))


def _clean(slides: tuple[Slide, ...], lost: Ends) -> Fix:
    """Sizes of this layer's input at which the remainder is nothing, or no more than the padding."""
    smaller: Shape = tuple(slide.size - end for slide, end in zip(slides, lost, strict=True))
    larger = tuple(s.size + (s.stride - s.remainder if end else 0) for s, end in zip(slides, lost, strict=True))
    words = marked("a map of {smaller} or {larger} before this layer, which comes out even")
    return Fix(remark(words, smaller=show_shape(smaller), larger=show_shape(larger)))
