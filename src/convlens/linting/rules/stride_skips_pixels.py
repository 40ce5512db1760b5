"""G06: pixels between two windows."""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from convlens.arith.units import grouped, percent
from convlens.ir.graph import Graph, Node
from convlens.ir.op import Op, lookup
from convlens.ir.spec import show_shape
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.edits import before, with_ops
from convlens.linting.finding import Finding, Fix
from convlens.linting.moved_stride import moved
from convlens.linting.network import Network
from convlens.linting.refit import refitted, show_sides, with_windows
from convlens.linting.rule import Rule
from convlens.linting.unread import Passed
from convlens.linting.windows import KEPT, Slide


class Skipping(NamedTuple):
    """A window, what is left of the value that it reads, and how many pixels lie between its own windows."""

    passed: Passed
    node: Node
    own: int


class StrideSkipsPixels(Rule):
    """A stride that skips pixels.

    ## Why
    A window of k pixels that moves on by more than k leaves pixels between two windows. What they hold was computed and
    reaches nothing, and they get no gradient: a 1x1 kernel of stride 2 drops 3 of 4 pixels of a map, 7 of 8 of a volume.

    ## Bad
        input x: 1x64x32x32
        c = conv(x, out=128, kernel=1x1, stride=2)  # G06
        output c

    ## Good
        input x: 1x64x32x32
        p = avg_pool(x, kernel=2x2)
        c = conv(p, out=128, kernel=1x1)
        output c

    ## Exceptions
    Where another branch reads the skipped pixels, as in the shortcuts of ResNet, this is a note: nothing is lost, but the
    shortcut sees a quarter of its input. A slice or a crop leaves pixels out on purpose and is not reported.

    ## Source
    Exact, from the windows of all readers of a map. He et al., Bag of Tricks, arXiv:1812.01187, section 4 (ResNet-D).
    """

    code = "G06"
    name = "stride-skips-pixels"
    severity = "warn"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        groups: dict[tuple[object, ...], list[Skipping]] = {}
        for passed in net.passed_over:
            for node, own in zip(passed.nodes, passed.own, strict=True):
                if own:
                    settings = (node.op.name, *((s.kernel, s.stride, s.dilation) for s in net.slides(node)))
                    groups.setdefault((passed.unread > 0, settings), []).append(Skipping(passed, node, own))
        for (lost, _), group in groups.items():
            yield self._lost(net, group) if lost else self._read_elsewhere(net, group)

    def _lost(self, net: Network, group: list[Skipping]) -> Finding:
        values = {each.passed.ref: each.passed for each in group}.values()
        count, total = sum(passed.unread for passed in values), sum(passed.pixels for passed in values)
        words = marked("{count} of {total} pixels ({share} %) fall between the windows, and nothing reads them")
        return self.found(
            [each.node.name for each in group],
            remark(words, count=grouped(count), total=grouped(total), share=percent(Fraction(count, total))),
            evidence={"unread": count, "pixels": total, "share": str(Fraction(count, total)), "layers": _shares(group)},
            fixes=[*_moves(net, group), *_mends(net, group)],
        )

    def _read_elsewhere(self, net: Network, group: list[Skipping]) -> Finding:
        share = Fraction(sum(each.own for each in group), sum(each.passed.pixels for each in group))
        return self.found(
            [each.node.name for each in group],
            remark(marked("{share} % of the pixels fall between the windows; another branch reads them"), share=percent(share)),
            severity="info",
            evidence={"unread": 0, "share": str(share), "layers": _shares(group)},
            fixes=_mends(net, group),
        )


def _shares(group: list[Skipping]) -> dict[str, str]:
    return {each.node.name: str(Fraction(each.own, each.passed.pixels)) for each in group}


def _moves(net: Network, group: list[Skipping]) -> Iterator[Fix]:
    """The stride in a neighbour, for the layers that have one; the others are mended as `_mends` says."""
    moves: dict[str, Op] = {}
    for each in group:
        found = moved(net, each.node)
        if not moves.keys() & found.keys():
            moves |= found
    rest = [each.node for each in group if each.node.name not in moves]
    if not moves or any(_mend(net, node) is None for node in rest):
        return
    takers = ", ".join(name for name in moves if name not in {each.node.name for each in group})
    words = (
        marked("stride 1 here and the stride in {layers}, whose kernel reads every pixel; an average before the other layers")
        if rest
        else marked("stride 1 here and the stride in {layers}, whose kernel reads every pixel")
    )
    yield Fix(remark(words, layers=takers), lambda graph: _mended(net, with_ops(graph, moves), rest))


def _mends(net: Network, group: list[Skipping]) -> list[Fix]:
    nodes = [each.node for each in group]
    slides, op = net.slides(nodes[0]), _mend(net, nodes[0])
    if op is None or any(_mend(net, node) is None for node in nodes):
        return []
    if op.name == "avg_pool" and nodes[0].op.name == "conv":
        steps = show_shape(tuple(slide.stride for slide in slides))
        words = remark(marked("the average of {steps} pixels before, and stride 1 here, as in ResNet-D"), steps=steps)
    else:
        words = remark(
            marked("kernel {kernel}, dilation {dilation}, padding {padding}: reads every pixel and gives as many outputs"),
            **_windows([made for node in nodes if (made := _mend(net, node)) is not None]),
        )
    return [Fix(words, lambda graph: _mended(net, graph, nodes))]


def _windows(ops: list[Op]) -> dict[str, str]:
    """Their windows, each figure once."""
    shows = (("kernel", show_shape), ("dilation", show_shape), ("padding", show_sides))
    return {what: ", ".join(dict.fromkeys(show(op.settings()[what]) for op in ops)) for what, show in shows}


def _mended(net: Network, graph: Graph, nodes: list[Node]) -> Graph:
    for node in nodes:
        op = _mend(net, node)
        if op is not None and op.name == node.op.name:
            graph = with_ops(graph, {node.name: op})
        elif op is not None:
            plain = with_windows(node.op, [slide._replace(stride=1) for slide in net.slides(node)])
            graph = with_ops(before(graph, node.name, op, "pool"), {node.name: plain})
    return graph


def _mend(net: Network, node: Node) -> Op | None:
    """An average for each step of a kernel of 1, to be put before it; for others the same operator with larger windows."""
    slides = net.slides(node)
    if node.op.name == "conv" and all(_picks_one(slide) for slide in slides):
        return _average(slides)
    return refitted(node.op, slides) if net.may_reshape(node) else None


@lru_cache(maxsize=KEPT)
def _average(slides: tuple[Slide, ...]) -> Op:
    even = all(slide.size % slide.stride == 0 for slide in slides)
    steps = tuple(slide.stride for slide in slides)
    return lookup("avg_pool")(kernel=steps, ceil_mode=not even, count_include_pad=even)


def _picks_one(slide: Slide) -> bool:
    return slide.stride == 1 or (slide.kernel == 1 and slide.left == slide.right == 0)
