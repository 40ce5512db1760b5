"""G19: adaptive pooling that copies pixels."""

from collections.abc import Iterator
from fractions import Fraction
from math import gcd, isqrt, prod

from convlens.arith.units import grouped
from convlens.ir.edit import with_settings
from convlens.ir.graph import Node
from convlens.ir.spec import Shape, show_shape
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.edits import with_ops
from convlens.linting.finding import Finding, Fix
from convlens.linting.network import Network
from convlens.linting.rule import Rule

HANDS_ON = ("flatten", "reshape", "dropout", "identity")
"""Layers between a pooling and the linear layer that takes its values."""


class AdaptiveReplicates(Rule):
    """Adaptive pooling that copies pixels.

    ## Why
    Adaptive pooling to more outputs than there are pixels repeats them: the copies hold nothing new, and a linear layer
    behind has separate weights for each of them. It usually means that the network was made for larger pictures.

    Where there are pixels enough, but not a multiple of the outputs, the windows overlap: some pixels count twice, and which
    they are depends on the input size.

    ## Bad
        input x: 1x512x1x1
        p = adaptive_avg_pool(x, size=7x7)  # G19
        f = flatten(p)
        l = linear(f, out=10)
        output l

    ## Good
        input x: 1x512x14x14
        p = adaptive_avg_pool(x, size=7x7)
        f = flatten(p)
        l = linear(f, out=10)
        output l

    ## Source
    Arithmetic: output y of o reads pixels floor(y*n/o) to ceil((y+1)*n/o) - 1 of n, as torch.nn.AdaptiveAvgPool2d says.
    """

    code = "G19"
    name = "adaptive-replicates"
    severity = "warn"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        groups: dict[tuple[Shape, Shape], list[Node]] = {}
        for node in net.of("adaptive_avg_pool", "adaptive_max_pool"):
            have, want = _sizes(net, node)
            if any(n % o for n, o in zip(have, want, strict=True)):
                groups.setdefault((have, want), []).append(node)
        for (have, want), nodes in groups.items():
            copies = any(n < o for n, o in zip(have, want, strict=True))
            yield (self._copies if copies else self._overlaps)(net, nodes, have, want)

    def _copies(self, net: Network, nodes: list[Node], have: Shape, want: Shape) -> Finding:
        factor = prod((Fraction(max(o, n), n) for n, o in zip(have, want, strict=True)), start=Fraction(1))
        fed = {linear.name: net.known(linear).params for node in nodes if (linear := _fed(net, node))}
        words = remark(
            marked("{want} outputs from a map of {have}: each pixel comes {factor} times"),
            want=show_shape(want), have=show_shape(have), factor=_times(factor),
        )  # fmt: skip
        if fed:
            words = remark(
                marked("{copies}, and {layers} has {count} parameters for the copies"),
                copies=words, layers=", ".join(fed), count=grouped(sum(fed.values())),
            )  # fmt: skip
        evidence = {"pixels": list(have), "outputs": list(want), "factor": str(factor), "params": fed}
        return self.found([node.name for node in nodes], words, evidence=evidence, fixes=[_even(nodes, have, want)])

    def _overlaps(self, net: Network, nodes: list[Node], have: Shape, want: Shape) -> Finding:
        counts = tuple(n + o - gcd(n, o) for n, o in zip(have, want, strict=True))
        words = remark(
            marked("a map of {have} does not divide into {want} windows: they overlap, and some pixels count twice"),
            want=show_shape(want), have=show_shape(have),
        )  # fmt: skip
        evidence = {"pixels": list(have), "outputs": list(want), "read": list(counts)}
        fixes = [_even(nodes, have, want)]
        return self.found([node.name for node in nodes], words, evidence=evidence, fixes=fixes)


def _divisor(n: int, most: int) -> int:
    """The largest divisor of ``n`` that is at most ``most``; its partner below the square root finds each large one.

    >>> _divisor(14, 5), _divisor(10**9, 999_999_937)
    (2, 500000000)
    """
    pairs = ((low, n // low) for low in range(1, isqrt(n) + 1) if n % low == 0)
    return max(o for pair in pairs for o in pair if o <= most)


def _times(factor: Fraction) -> str:
    return str(factor) if factor.denominator == 1 else f"{float(factor):.1f}"


def _sizes(net: Network, node: Node) -> tuple[Shape, Shape]:
    """Pixels and outputs along each axis."""
    known, axes = net.known(node), node.op.axes
    return known.inputs[0].dims[-axes:], known.outputs[0].dims[-axes:]


def _fed(net: Network, node: Node) -> Node | None:
    """The linear layer whose inputs are what the pooling gives."""
    at = net.after(node)
    while at is not None and at.op.name in HANDS_ON:
        at = net.after(at)
    return at if at is not None and at.op.name == "linear" and at.name in net.facts.nodes else None


def _even(nodes: list[Node], have: Shape, want: Shape) -> Fix:
    """The largest number of outputs, no more than before, that divides the pixels: windows of one size, no copies."""
    size = tuple(_divisor(n, most) for n, most in zip(have, want, strict=True))
    ops = {node.name: with_settings(node.op, size=size) for node in nodes}
    words = marked("size {size}, which divides {have}; a linear layer behind takes its inputs from it")
    return Fix(remark(words, size=show_shape(size), have=show_shape(have)), lambda graph: with_ops(graph, ops))
