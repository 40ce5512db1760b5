"""G09: an even kernel at stride 1 that moves its map by half a pixel."""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from convlens.ir.edit import with_settings
from convlens.ir.graph import Graph, Node
from convlens.ir.op import Op
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.edits import with_ops
from convlens.linting.finding import Finding, Fix
from convlens.linting.grid import number
from convlens.linting.network import Network
from convlens.linting.padded import pad_before, padded
from convlens.linting.rule import Rule
from convlens.linting.windows import Slide
from convlens.passes.program import Axis

SIMPLE = ("conv", "max_pool", "avg_pool", "lp_pool")
"""Windows whose kernel is of no concern to other inputs."""

Totals = dict[Axis, Fraction]
"""By input axis: how many of its pixels a map lies behind, all layers before it together."""

Shifts = Mapping[int, Fraction]
"""By axis of the tensor: how many pixels the middle of the map lies behind the middle of what it was made from."""


class HalfPixelShift(Rule):
    """An even kernel at stride 1 that moves its map by half a pixel.

    ## Why
    To keep the size, an even kernel needs an odd number of pixels of padding, so one side gets one more than the other. Every
    output then stands half a pixel beside the middle of what it has read, always to the same side. Layers add their shifts up,
    each times the stride before it, and what the network finds lies beside where it is.

    An even kernel alone moves nothing: without padding, or with as much on both sides, the map becomes a pixel smaller or
    larger and its middle stays in the middle, as in PatchGAN's 4x4 kernels with padding 1 at stride 1.

    ## Bad
        input x: 1x3x32x32
        a = conv(x, out=8, kernel=4x4, padding=same)  # G09
        b = relu(a)
        c = conv(b, out=8, kernel=2x2, padding=same)  # G09
        output c

    ## Good
        input x: 1x3x32x32
        a = conv(x, out=8, kernel=5x5, padding=2)
        b = relu(a)
        c = conv(b, out=8, kernel=4x4, padding=1)
        output c

    ## Source
    Wu et al., Convolution with even-sized kernels and symmetric padding, NeurIPS 2019, arXiv:1903.08385, section 3.

    ## Exceptions
    Padding all on the left of one axis only is causal, and meant. Layers whose shifts cancel at the outputs are told as info.
    """

    code = "G09"
    name = "half-pixel-shift"
    severity = "warn"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        shifted = {node: shifts for node, each in net.windows if (shifts := _shifts(net, node, each))}
        if not shifted:
            return
        total = _total(net, shifted)
        evidence = {
            "shifts": {node.name: {str(axis): number(by) for axis, by in shifts.items()} for node, shifts in shifted.items()},
            "total": number(total),
        }
        one = marked("an even kernel with more padding on one side than on the other moves the map by {total} px of the input")
        many = marked(
            "{layers} even kernels with more padding on one side than on the other move the map by {total} px of the input"
        )
        yield self.found(
            [node.name for node in shifted],
            remark(one if len(shifted) == 1 else many, layers=len(shifted), total=str(abs(total))),
            severity="warn" if total else "info",
            evidence=evidence,
            fixes=_fixes(net, shifted),
        )


def _shifts(net: Network, node: Node, each: tuple[Slide, ...]) -> Shifts:
    if all(slide.stride > 1 or slide.reach % 2 for slide in each):
        return {}
    whole = [slide for slide in padded(net, node, each) if slide.stride == 1 and slide.reach % 2 == 0]
    moved = {slide.axis: shift for slide in whole if (shift := _shift(slide)).denominator == 2}
    causal = [slide for slide in whole if slide.axis in moved and slide.right == 0 and slide.left == slide.reach - 1]
    return {} if len(moved) == len(causal) == 1 else moved


def _shift(slide: Slide) -> Fraction:
    """How far the middle of the map lies behind the middle of its input, at stride 1.

    >>> _shift(Slide(2, 8, 4, 1, 1, 1, 2, 8)), _shift(Slide(2, 8, 4, 1, 1, 1, 1, 7))
    (Fraction(1, 2), Fraction(0, 1))
    """
    return Fraction(slide.right - slide.left, 2)


def _total(net: Network, shifted: Mapping[Node, Shifts]) -> Fraction:
    """The largest shift of an output of the network, in input pixels; where branches meet, that of the branch that is
    shifted most.
    """
    by: dict[str, Totals] = {}
    for node in net.nodes:
        before = _largest([by[ref.node] for ref in node.inputs if by.get(ref.node)])
        by[node.name] = _with(net, node, before, shifted[node]) if node in shifted else before
    ends = [shift for ref in net.graph.outputs for shift in by.get(ref.node, {}).values()]
    return max(ends, key=abs, default=Fraction(0))


def _largest(branches: list[Totals]) -> Totals:
    """The shift of the branch that is shifted most, along each axis."""
    if len(branches) < 2:
        return branches[0] if branches else {}
    keys = dict.fromkeys(key for branch in branches for key in branch)
    return {key: max((branch.get(key, Fraction(0)) for branch in branches), key=abs) for key in keys}


def _with(net: Network, node: Node, before: Totals, shifts: Shifts) -> Totals:
    found = dict(before)
    for axis, shift in shifts.items():
        place = net.sampling.of(node.inputs[0])[axis]
        key, slope = (place[:2], place.line.slope) if place is not None else (("", axis), Fraction(1))
        found[key] = found.get(key, Fraction(0)) + slope * shift
    return found


def _fixes(net: Network, shifted: Mapping[Node, Shifts]) -> list[Fix]:
    return [
        Fix(remark(marked("the next larger odd kernel with as much padding on both sides")), _with_odd(net, shifted, 1)),
        Fix(remark(marked("the next smaller odd kernel, which costs less and sees less")), _with_odd(net, shifted, -1)),
    ]


def _with_odd(net: Network, shifted: Mapping[Node, Shifts], by: int) -> Callable[[Graph], Graph] | None:
    """None where the padding is a node of its own, or the kernel of one of them cannot change alone."""
    if any(pad_before(net, node) is not None or node.op.name not in SIMPLE for node in shifted):
        return None

    def apply(graph: Graph) -> Graph:
        return with_ops(
            graph, {node.name: _odd(node.op, net.slides(node), set(by_axis), by) for node, by_axis in shifted.items()}
        )

    return apply


def _odd(op: Op, slides: tuple[Slide, ...], axes: set[int], by: int) -> Op:
    """The operator with a kernel larger ``by`` one tap along these axes, and outputs as long as before."""
    kernel = tuple(slide.kernel + by * (slide.axis in axes) for slide in slides)
    if isinstance(op.settings()["padding"], str):
        return with_settings(op, kernel=kernel)
    sides = tuple(_sides(slide, by) if slide.axis in axes else (slide.left, slide.right) for slide in slides)
    return with_settings(op, kernel=kernel, padding=sides)


def _sides(slide: Slide, by: int) -> tuple[int, int]:
    half = max(slide.left + slide.right + by * slide.dilation, 0) // 2
    return half, half
