"""G13: outputs that see padding only."""

from collections.abc import Iterator
from math import prod

from convlens.arith.padding import Sides
from convlens.arith.units import grouped
from convlens.ir.edit import with_settings
from convlens.ir.graph import Node
from convlens.ir.op import Op
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.edits import with_ops
from convlens.linting.finding import Finding, Fix
from convlens.linting.network import Network
from convlens.linting.refit import POOLING, show_sides
from convlens.linting.rule import Rule
from convlens.linting.windows import Slide

VALUES = {
    "-inf": remark(marked("the largest of no pixel, minus infinity")),
    "nan": remark(marked("the mean of no pixel, which is not a number")),
    "0": remark(marked("zero")),
    "bias": remark(marked("the bias alone")),
}
"""What an output holds that sees no pixel."""
SPOILING = ("-inf", "nan")
"""Those that no layer behind can do anything with."""


class PaddingOnlyWindows(Rule):
    """Outputs that see padding only.

    ## Why
    Where the padding is at least as wide as the window, the outer windows meet no pixel. A maximum of nothing is minus
    infinity, a mean that does not count padding is 0/0, and a convolution gives its bias: a frame that says nothing of the
    picture, and in pooling one that spoils all that comes after.

    ## Bad
        input x: 1x16x8x8
        p = max_pool(x, kernel=2x2, stride=2, padding=2)  # G13
        output p

    ## Good
        input x: 1x16x8x8
        p = max_pool(x, kernel=2x2, stride=2, padding=1)
        output p

    ## Source
    Exact, from the window of each output. Seen in the field: onnx/onnx issues 1922 and 4958, pytorch/pytorch issues 36977
    and 116420. torch.nn pads a pooling window by at most half of it.
    """

    code = "G13"
    name = "padding-only-windows"
    severity = "error"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        groups: dict[tuple[object, ...], list[Node]] = {}
        for node, slides in net.windows:
            if any(_may_be_empty(slide) and slide.empty for slide in slides) and _pads_with_nothing(node):
                windows = ((s.kernel, s.stride, s.dilation, s.left, s.right) for s in slides)
                groups.setdefault((node.op.name, _value(node), *windows), []).append(node)
        yield from (self._one(net, nodes, str(value)) for (_, value, *_), nodes in groups.items())

    def _one(self, net: Network, nodes: list[Node], value: str) -> Finding:
        counts = [(prod(s.out for s in slides), prod(map(_meeting, slides))) for slides in map(net.slides, nodes)]
        total = sum(out for out, _ in counts)
        empty = total - sum(met for _, met in counts)
        indices = {str(slide.axis): [list(run) for run in slide.empty] for slide in net.slides(nodes[0])}
        return self.found(
            [node.name for node in nodes],
            remark(
                marked("{count} of {total} outputs see padding only; each is {value}"),
                count=grouped(empty), total=grouped(total), value=VALUES[value],
            ),
            severity="error" if value in SPOILING else "warn",
            evidence={"outputs": empty, "of": total, "value": value, "indices": indices},
            fixes=[_less_padding(net, nodes, spoils=value in SPOILING)],
        )  # fmt: skip


def _may_be_empty(slide: Slide) -> bool:
    return slide.left >= slide.kernel or slide.right >= slide.kernel or slide.size < slide.dilation


def _meeting(slide: Slide) -> int:
    """Outputs whose window meets a pixel along this axis."""
    return slide.out - sum(last - first + 1 for first, last in slide.empty)


def _pads_with_nothing(node: Node) -> bool:
    """Computed offsets may lead anywhere, and a padding of pixels is not empty."""
    return node.op.name != "deform_conv" and node.op.settings().get("padding_mode", "zeros") == "zeros"


def _value(node: Node) -> str:
    settings = node.op.settings()
    if node.op.name == "max_pool":
        return "-inf"
    if node.op.name == "avg_pool" and not settings["count_include_pad"] and settings["divisor"] is None:
        return "nan"
    return "bias" if settings.get("bias", False) else "0"


def _less_padding(net: Network, nodes: list[Node], *, spoils: bool) -> Fix:
    slides = [slide for node in nodes for slide in net.slides(node)]
    if any(slide.size < slide.dilation for slide in slides):
        words = marked("a dilation of at most {most}, the size of the map")
        return Fix(remark(words, most=min(slide.size for slide in slides)))
    sides = [_sides(slide, nodes[0].op) for slide in net.slides(nodes[0])]
    shown = remark(marked("padding {padding}, with which every window meets a pixel"), padding=show_sides(sides))
    if not spoils and any(max(slide.left, slide.right) >= 2 * slide.reach for slide in slides):
        return Fix(shown)  # a frame wider than the window is no slip: FCN pads by 100, to have an output as large as its input
    return Fix(shown, lambda graph: with_ops(graph, {node.name: _padded(node.op, sides) for node in nodes}), reshapes=True)


def _padded(op: Op, sides: list[Sides]) -> Op:
    return with_settings(op, padding=tuple(sides))


def _sides(slide: Slide, op: Op) -> Sides:
    """Half a window on both sides where they were alike, which keeps the size; else no more than meets a pixel."""
    if not slide.empty:
        return slide.left, slide.right
    if slide.left != slide.right:
        return min(slide.left, slide.reach - 1), min(slide.right, slide.reach - 1)
    half = (slide.kernel if op.name in POOLING else slide.reach) // 2
    return half, half
