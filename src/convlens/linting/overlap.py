"""How a layer that adds up patches, a transposed convolution or ``fold``, covers its own output."""

from collections.abc import Iterable
from functools import lru_cache

from convlens.arith.padding import span
from convlens.arith.pattern import EVEN, Pattern, taps
from convlens.ir.op import Op
from convlens.ir.spec import TensorSpec


@lru_cache(maxsize=1024)
def own_taps(op: Op, x: TensorSpec) -> tuple[Pattern, ...]:
    """How many taps of a ``conv_transpose``, or windows of a ``fold``, are added up at the outputs of one period, for each
    spatial axis; empty for any other operator. Along an axis where there is one patch only, none overlaps: ``(1,)``.

    >>> from convlens.ops.conv_transpose import ConvTranspose
    >>> own_taps(ConvTranspose(out=8, kernel=(3, 4), stride=2), TensorSpec((1, 8, 4, 4)))
    ((2, 1), (2, 2))
    """
    if op.name not in ("conv_transpose", "fold"):
        return ()
    given = op.settings()
    each = zip(given["kernel"], given["stride"], given["dilation"], given["padding"], _patches(op, x), strict=True)
    return tuple(taps(k, s, d, left) if patches > 1 else EVEN for k, s, d, (left, _), patches in each)


def _patches(op: Op, x: TensorSpec) -> Iterable[int]:
    """How many patches lie along each axis."""
    given = op.settings()
    if op.name == "conv_transpose":
        return x.dims[x.rank - op.axes :]
    each = zip(given["size"], given["padding"], given["kernel"], given["dilation"], given["stride"], strict=True)
    return ((size + sum(pads) - span(k, d)) // s + 1 for size, pads, k, d, s in each)


def is_uneven(counts: tuple[Pattern, ...]) -> bool:
    """Are there axes where some outputs get more than others?"""
    return any(len(set(each)) > 1 for each in counts)


def has_holes(counts: tuple[Pattern, ...]) -> bool:
    """Are there outputs that get nothing at all?"""
    return any(0 in each for each in counts)
