"""By how much linear and cubic resizing weigh the pixels around each position, along one axis."""

from collections.abc import Iterator
from fractions import Fraction
from math import floor

from convlens.arith.axis import AxisMap

Weights = tuple[Fraction, ...]
"""One for each pixel that is read, from left to right; they add up to 1."""

CUBIC = Fraction(-3, 4)
"""The constant of PyTorch's cubic kernel."""


def linear_weights(through: AxisMap, *, align_corners: bool = False) -> tuple[Weights, ...]:
    """Of each output of one period of `convlens.arith.axis.linear`.

    >>> from convlens.arith.axis import linear
    >>> [tuple(map(str, weights)) for weights in linear_weights(linear(4, 8))]
    [('1/4', '3/4'), ('3/4', '1/4')]
    """
    return tuple((1 - t, t) if t else (Fraction(1),) for t in _behind_a_pixel(through, align_corners))


def cubic_weights(through: AxisMap, *, align_corners: bool = False) -> tuple[Weights, ...]:
    """Of each output of one period of `convlens.arith.axis.cubic`.

    Source: Keys, "Cubic convolution interpolation for digital image processing", 1981, equation 15 with another constant.

    >>> from convlens.arith.axis import cubic
    >>> [float(weight) for weight in cubic_weights(cubic(4, 8))[0]]
    [-0.03515625, 0.26171875, 0.87890625, -0.10546875]
    """
    return tuple(_cubic(t) if t else (Fraction(1),) for t in _behind_a_pixel(through, align_corners))


def _behind_a_pixel(through: AxisMap, align_corners: bool) -> Iterator[Fraction]:
    """How far each output lies behind the pixel to its left."""
    for y in range(through.period):
        position = y * through.stride if align_corners else (y + Fraction(1, 2)) * through.stride - Fraction(1, 2)
        yield position - floor(position)


def _cubic(t: Fraction) -> Weights:
    return (_far(1 + t), _near(t), _near(1 - t), _far(2 - t))


def _near(x: Fraction) -> Fraction:
    return ((CUBIC + 2) * x - (CUBIC + 3)) * x * x + 1


def _far(x: Fraction) -> Fraction:
    return ((CUBIC * x - 5 * CUBIC) * x + 8 * CUBIC) * x - 4 * CUBIC
