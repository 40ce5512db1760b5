"""G12: weights that meet only padding."""

from collections.abc import Iterator
from math import prod

from convlens.arith.units import grouped
from convlens.ir.edit import with_settings
from convlens.ir.graph import Graph, Node
from convlens.ir.op import Op
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.edits import with_ops
from convlens.linting.finding import Finding, Fix
from convlens.linting.network import Network
from convlens.linting.rule import Rule
from convlens.linting.windows import Slide


class DeadTaps(Rule):
    """Weights that meet only padding.

    ## Why
    Tap j of a kernel is dead on an axis of n pixels where no output o has 0 <= o*stride - padding + j*dilation < n: it is
    multiplied with zeros only. Its weights get a gradient of exactly zero at this input size, whatever the data, and still
    take memory and time.

    ## Bad
        input x: 1x64x14x14
        c = conv(x, out=64, kernel=3x3, padding=18, dilation=18)  # G12
        output c

    ## Good
        input x: 1x64x33x33
        c = conv(x, out=64, kernel=3x3, padding=18, dilation=18)
        output c

    ## Source
    Exact, from the window of each output. The effect: Chen et al., arXiv:1706.05587v3, section 3.2, where a 3x3 kernel of
    a large rate degenerates to 1x1.
    """

    code = "G12"
    name = "dead-taps"
    severity = "warn"
    status = "stable"
    instead_of = ("G20", "X01")

    def check(self, net: Network) -> Iterator[Finding]:
        dead = {node: count for node, each in net.windows if node.op.name == "conv" and (count := _dead(net, node, each))}
        if not dead:
            return
        total = sum(facts.params for facts in net.facts.nodes.values())
        count = sum(dead.values())
        words = marked("a larger input, less stride before, or kernels without the dead taps, which give the same outputs")
        yield self.found(
            [node.name for node in dead],
            remark(
                marked("{count} of {total} parameters ({share} %) meet only padding at this input size and never get a gradient"),
                count=grouped(count), total=grouped(total), share=f"{100 * count / total:.1f}",
            ),
            evidence={"params": count, "total_params": total, "layers": {node.name: n for node, n in dead.items()}},
            fixes=[Fix(remark(words), lambda graph: _live_only(graph, {node.name: net.slides(node) for node in dead}))],
        )  # fmt: skip


def _dead(net: Network, node: Node, slides: tuple[Slide, ...]) -> int:
    """Weights at dead taps: those that are no parameter of this network, or pad with pixels, are never dead."""
    weight = net.known(node).param_shapes.get("weight")
    if weight is None or node.op.settings()["padding_mode"] != "zeros":
        return 0
    live = prod(len(slide.live_taps) for slide in slides)
    return prod(weight[:2]) * (prod(weight[2:]) - live)


def _live_only(graph: Graph, slides: dict[str, tuple[Slide, ...]]) -> Graph:
    return with_ops(graph, {name: _cropped(graph[name].op, each) for name, each in slides.items()})


def _cropped(op: Op, slides: tuple[Slide, ...]) -> Op:
    """The same convolution with the taps from the first live one to the last: exactly the same outputs."""
    ends = [(slide.live_taps[0], slide.live_taps[-1]) for slide in slides]
    padding = tuple(
        (slide.left - first * slide.dilation, slide.right - (slide.kernel - 1 - last) * slide.dilation)
        for slide, (first, last) in zip(slides, ends, strict=True)
    )
    return with_settings(op, kernel=tuple(last - first + 1 for first, last in ends), padding=padding)
