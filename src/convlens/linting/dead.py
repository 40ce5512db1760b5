"""Taps of a kernel that meet no pixel at any output, and the same kernels without them."""

from functools import lru_cache
from math import prod
from typing import NamedTuple

from convlens.arith.axis import TooIrregularError
from convlens.arith.combs import Comb
from convlens.ir.edit import with_settings
from convlens.ir.graph import Node
from convlens.ir.op import Op, lookup
from convlens.linting.network import Network
from convlens.linting.windows import Slide
from convlens.passes.coverage import Reader, unread

Slides = tuple[Slide, ...]


def dead_weights(net: Network) -> dict[str, int]:
    """How many weights of each convolution meet no pixel, by node, where there are any.

    Weights that are no parameter of the network are left out. Those that several nodes share are dead where they are so in
    all of them.
    """
    found: dict[str, int] = {}
    for node in net.of("conv", "conv_transpose"):
        slides = strokes(net, node)
        weight = net.known(node).param_shapes.get("weight") if _dead(slides) else None
        taps = 0 if weight is None or not _pads_with_zeros(node) else _shared_dead(net, node, slides)
        if weight is not None and taps:
            found[node.name] = prod(weight[:2]) * taps
    return {node.name: found[node.name] for node in net.nodes if node.name in found} if len(found) > 1 else found


def strokes(net: Network, node: Node) -> Slides:
    """The window of a convolution along each axis; for a transposed one, the convolution of which it is the adjoint."""
    if node.op.name == "conv":
        return net.slides(node)
    x, out = net.known(node).inputs[0], net.known(node).outputs[0]
    return _adjoint(node.op, x.dims, out.dims)


@lru_cache(maxsize=8192)
def _adjoint(op: Op, dims: tuple[int, ...], made: tuple[int, ...]) -> Slides:
    """It paints where the other reads: a tap whose paint falls outside the output is dead."""
    settings, first = op.settings(), len(dims) - op.axes
    each = zip(settings["kernel"], settings["stride"], settings["dilation"], settings["padding"], strict=True)
    return tuple(
        Slide(axis, made[axis], kernel, stride, dilation, left, right, dims[axis])
        for axis, (kernel, stride, dilation, (left, right)) in enumerate(each, first)
    )


@lru_cache(maxsize=8192)
def _dead(slides: Slides) -> int:
    return prod(slide.kernel for slide in slides) - prod(len(slide.live_taps) for slide in slides)


def _pads_with_zeros(node: Node) -> bool:
    return bool(node.op.settings().get("padding_mode", "zeros") == "zeros")


def _shared_dead(net: Network, node: Node, slides: Slides) -> int:
    """Taps that are dead in every node that uses this weight; 0 where one of them is not known."""
    users = net.sharers(node.name)
    if not users:
        return _dead(slides)
    if any(user.op.name != node.op.name or user.name not in net.facts.nodes or not _pads_with_zeros(user) for user in users):
        return 0
    uses = [_live(each) for each in (slides, *(strokes(net, user) for user in users))]
    try:
        return unread(uses, tuple(slide.kernel for slide in slides), range(len(slides)))
    except TooIrregularError:  # too many taps to compare
        return 0


def _live(slides: Slides) -> Reader:
    return tuple(tuple(Comb(tap, 1) for tap in slide.live_taps) for slide in slides)


class Live(NamedTuple):
    """A convolution without dead taps at its ends, and a crop of its input where no padding is left to take away."""

    op: Op
    crop: Op | None


def live_only(op: Op, slides: Slides) -> Live | None:
    """The taps from the first live one to the last: exactly the same outputs.

    None where no tap is live, or where it would need a padded output.
    """
    if not all(len(slide.live_taps) for slide in slides):
        return None
    ends = [(slide.live_taps[0], slide.live_taps[-1]) for slide in slides]
    sides = [
        (slide.left - first * slide.dilation, slide.right - (slide.kernel - 1 - last) * slide.dilation)
        for slide, (first, last) in zip(slides, ends, strict=True)
    ]
    padding = tuple((max(left, 0), max(right, 0)) for left, right in sides)
    cropped = [(min(left, 0), min(right, 0)) for left, right in sides]
    kept = with_settings(op, kernel=tuple(last - first + 1 for first, last in ends), padding=padding)
    if not any(map(any, cropped)):
        return Live(kept, None)
    before, after = zip(*cropped, strict=True)
    return Live(kept, lookup("pad")(before=before, after=after)) if op.name == "conv" else None
