"""G02: outputs of a transposed convolution that no input reaches."""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import Any

from convlens.ir.graph import Node, Ref
from convlens.ir.spec import show_shape
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.enlarging import fixes
from convlens.linting.finding import Finding, Severity
from convlens.linting.network import Network
from convlens.linting.overlap import has_holes
from convlens.linting.rule import Rule
from convlens.linting.windows import KEPT

MESSAGE: dict[Severity, str] = {
    "error": marked(
        "kernel {kernel}, stride {stride}, dilation {dilation}: {share} % of the outputs get no input at all, only the bias, and "
        "stay so up to the network's output"
    ),
    "warn": marked(
        "kernel {kernel}, stride {stride}, dilation {dilation}: {share} % of the outputs get no input at all, only the bias, "
        "until later layers fill them"
    ),
    "info": marked(
        "kernel {kernel}, stride {stride}, dilation {dilation}: {share} % of the outputs get no input at all, only the bias; the "
        "convolution behind fills them evenly"
    ),
}
WINDOW = ("kernel", "stride", "dilation", "padding", "output_padding")


class TransposedHoles(Rule):
    """A transposed convolution that leaves outputs without any input.

    ## Why
    Patches of the kernel's size lie a stride apart. A kernel smaller than the stride does not fill the gap between them,
    and taps that are dilated by a number that has a factor in common with the stride fall on the same places again and
    again. The outputs in between are the bias and nothing else: a grid of dead pixels, worse than a checkerboard. Where
    later layers fill the grid up, this is a warning. It is a note where the very next layer does so evenly: zeros put
    between pixels, then a convolution, are a transposed convolution in two steps.

    ## Bad
        input x: 1x64x16x16
        up = conv_transpose(x, out=3, kernel=3x3, stride=2, padding=2, output_padding=1, dilation=2)  # G02
        y = tanh(up)
        output y

    ## Good
        input x: 1x64x16x16
        up = conv_transpose(x, out=3, kernel=4x4, stride=2, padding=1)
        y = tanh(up)
        output y

    ## Source
    Exact: tap j falls on the outputs that are dilation*j modulo the stride; all of them are hit where the kernel is at
    least the stride, and dilation and stride have no common factor.
    """

    code = "G02"
    name = "transposed-holes"
    severity = "error"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        alike: dict[tuple[Any, ...], list[Node]] = {}
        for node in net.of("conv_transpose"):
            if has_holes(net.overlap(node)):
                given = node.op.settings()
                window = tuple(given[setting] for setting in WINDOW)
                alike.setdefault((window, _severity(net, node)), []).append(node)
        for (_, severity), nodes in alike.items():
            yield self._about(net, nodes, severity)

    def _about(self, net: Network, nodes: list[Node], severity: Severity) -> Finding:
        given, counts = nodes[0].op.settings(), net.overlap(nodes[0])
        without, total = _without(net, nodes)
        share = Fraction(without, total)
        told = {setting: show_shape(given[setting]) for setting in ("kernel", "stride", "dilation")}
        return self.found(
            [node.name for node in nodes],
            remark(MESSAGE[severity], **told, share=f"{float(100 * share):.4g}"),
            severity=severity,
            evidence={"taps": list(map(list, counts)), "without_input": str(share), "pixels": without, "of": total},
            fixes=fixes(net, nodes),
        )


def _severity(net: Network, node: Node) -> Severity:
    """By what is left of the holes at the outputs of the network."""
    left = [numbers for end in net.imprints.behind.get(node.name, []) for numbers in end.patterns]
    return "error" if any(0 in numbers for numbers in left) else "info" if _is_filled_next(net, node) else "warn"


def _is_filled_next(net: Network, node: Node) -> bool:
    """Does the one layer that reads it reach every pixel alike, before any activation?"""
    after = net.after(node)
    if after is None or after.op.name not in ("conv", "conv_transpose") or after.name not in net.facts.nodes:
        return False
    return Ref(after.name) not in net.imprints.of


def _without(net: Network, nodes: list[Node]) -> tuple[int, int]:
    """How many pixels of the maps of these layers get nothing, and how many there are."""
    reached = [[reached_pixels(*along) for along in _axes(net, node)] for node in nodes]
    sizes = [[along[-1] for along in _axes(net, node)] for node in nodes]
    total = sum(map(prod, sizes))
    return total - sum(map(prod, reached)), total


def _axes(net: Network, node: Node) -> list[tuple[int, int, int, int, int, int]]:
    """Along each axis what `reached_pixels` takes."""
    given, known = node.op.settings(), net.known(node)
    x, out = known.inputs[0].dims, known.outputs[0].dims
    axes = len(given["kernel"])
    left = [sides[0] for sides in given["padding"]]
    return list(zip(x[-axes:], given["kernel"], given["stride"], given["dilation"], left, out[-axes:], strict=True))


@lru_cache(maxsize=KEPT)
def reached_pixels(size: int, kernel: int, stride: int, dilation: int, left: int, out: int) -> int:
    """How many of ``out`` outputs get something of ``size`` inputs along an axis, of whose taps ``left`` pixels are cut off.

    The taps that fall on one place modulo the stride each reach ``size`` outputs a stride apart, one after the other.

    >>> reached_pixels(3, 2, 3, 1, 0, 8), reached_pixels(2, 3, 2, 2, 0, 7)
    (6, 4)
    """
    starts: dict[int, list[int]] = {}
    for tap in range(0, kernel * dilation, dilation):
        starts.setdefault(tap % stride, []).append(tap // stride)
    count = 0
    for place, firsts in starts.items():
        next_free = -((place - left) // stride)  # the first output that is not cut off
        end = (left + out - 1 - place) // stride + 1
        for first in firsts:
            count += max(min(first + size, end) - max(first, next_free), 0)
            next_free = max(next_free, first + size)
    return count
