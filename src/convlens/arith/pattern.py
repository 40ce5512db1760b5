"""Whole numbers that repeat along one axis: over how many paths each pixel is reached.

Of an image of ones, layers whose weights are all one make such a pattern, away from the borders. Only the proportions
matter, so a `Pattern` is one period in the smallest whole numbers, and `EVEN` where all pixels are alike.

Source: Odena, Dumoulin, Olah, "Deconvolution and Checkerboard Artifacts", Distill 2016, doi 10.23915/distill.00003: the
overlap of one layer, and of several behind each other.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate
from math import gcd, lcm
from operator import mul, truediv

from convlens.arith.axis import AxisMap, Footprint, TooIrregularError
from convlens.arith.blend import Weights

Pattern = tuple[int, ...]

EVEN: Pattern = (1,)
MAX_PERIOD = 1024
"""Patterns that repeat only after more pixels than this are not followed."""

MAX_BITS = 128
"""Numbers are exact up to this length; those of deeper networks are rounded to it."""


def taps(kernel: int, stride: int, dilation: int = 1, padding: int = 0) -> Pattern:
    """How many taps of a transposed convolution paint each output of one period; it is as well how many windows of a
    convolution read each input pixel. Tap ``j`` falls on the pixels ``dilation*j - padding`` modulo the stride.

    >>> taps(3, 2), taps(4, 2), taps(3, 2, dilation=2), taps(5, 3, padding=1)
    ((2, 1), (2, 2), (3, 0), (2, 1, 2))
    """
    step = stride // gcd(stride, dilation)
    counts = [0] * stride
    for j in range(min(step, kernel)):
        counts[(dilation * j - padding) % stride] = (kernel - 1 - j) // step + 1
    return tuple(counts)


def pattern(values: Sequence[int | Fraction]) -> Pattern:
    """The smallest whole numbers in the same proportions, over the smallest period.

    >>> pattern([2, 4, 2, 4]), pattern([Fraction(1, 2), Fraction(1, 3)]), pattern([5, 5])
    ((1, 2), (3, 2), (1,))
    """
    common = lcm(*(value.denominator for value in values))
    whole = [int(value * common) for value in values]
    divisor = gcd(*whole) or 1
    return _shortest(_rounded([value // divisor for value in whole])) if any(whole) else EVEN


def _rounded(values: list[int]) -> Pattern:
    """Nothing that is reached becomes unreached by it."""
    beyond = max(max(values).bit_length() - MAX_BITS, 0)
    return tuple(max(value >> beyond, 1) if value else 0 for value in values)


def _shortest(values: Pattern) -> Pattern:
    period = len(values)
    return next(values[:n] for n in range(1, period + 1) if period % n == 0 and values == values[:n] * (period // n))


def ratio(numbers: Pattern) -> Fraction:
    """The largest to the smallest of the numbers that are not 0.

    >>> ratio((1, 2)), ratio((0, 3, 2))
    (Fraction(2, 1), Fraction(3, 2))
    """
    reached = [number for number in numbers if number]
    return Fraction(max(reached), min(reached))


@lru_cache(maxsize=4096)
def summed(numbers: Pattern, through: AxisMap) -> Pattern:
    """Every output is the sum of what it reads: a convolution of ones, plain or transposed.

    >>> from convlens.arith.axis import transposed, window
    >>> summed(EVEN, transposed(kernel=3, stride=2)), summed((2, 1), window(kernel=3)), summed((2, 1), window(kernel=2))
    ((2, 1), (5, 4), (1,))
    """
    return _image(numbers, through, _sums_of(numbers))


@lru_cache(maxsize=4096)
def averaged(numbers: Pattern, through: AxisMap) -> Pattern:
    """Every output is the mean of what it reads: pooling, a part, a copy. Raises `TooIrregularError` where one reads nothing.

    >>> from convlens.arith.axis import repeat
    >>> averaged((1, 2), repeat(2)), averaged(EVEN, repeat(2))
    ((1, 1, 2, 2), (1,))
    """
    if not all(through.footprints):
        raise TooIrregularError("some outputs read nothing")
    sums = _sums_of(numbers)
    return _image(numbers, through, lambda footprint: sums(footprint) / sum(high - low + 1 for low, high in footprint))


@lru_cache(maxsize=4096)
def weighed(numbers: Pattern, through: AxisMap, weights: tuple[Weights, ...]) -> Pattern:
    """Output ``y`` weighs the pixels that it reads by ``weights[y % len(weights)]``: linear and cubic resizing.

    Raises `TooIrregularError` where negative weights leave less than nothing.

    >>> from convlens.arith.axis import linear
    >>> from convlens.arith.blend import linear_weights
    >>> weighed((1, 2), linear(8, 16), linear_weights(linear(8, 16)))
    (5, 5, 7, 7)
    """

    def at(y: int) -> Fraction:
        read = (i for low, high in through.at(y) for i in range(low, high + 1))
        return sum((w * numbers[i % len(numbers)] for w, i in zip(weights[y % len(weights)], read, strict=True)), Fraction())

    values = list(map(at, range(_period(numbers, through, len(weights)))))
    if min(values) < 0:
        raise TooIrregularError("a weighed sum is negative")
    return pattern(values)


def mixed(patterns: Sequence[Pattern]) -> Pattern:
    """The mean of several, each brought to the same mean before.

    >>> mixed([(1, 2), EVEN])
    (5, 7)
    """
    if len(set(patterns)) == 1:
        return patterns[0]
    parts = [tuple(Fraction(n * len(p), sum(p)) for n in p) for p in patterns]
    return pattern([sum(values, Fraction()) for values in _beside(parts)])


def multiplied(patterns: Sequence[Pattern]) -> Pattern:
    """Pixel by pixel.

    >>> multiplied([(1, 2), (1, 1, 3)])
    (1, 2, 3, 2, 1, 6)
    """
    return _folded(patterns, mul)


def divided(numbers: Pattern, by: Pattern) -> Pattern:
    """Pixel by pixel. Raises `TooIrregularError` for a divisor that has a 0.

    >>> divided((1, 2), by=(1, 2))
    (1,)
    """
    if not all(by):
        raise TooIrregularError("a division by 0")
    return _folded([numbers, by], truediv)


def _folded(patterns: Sequence[Pattern], operation: Callable[[Fraction, Fraction], Fraction]) -> Pattern:
    first, *rest = patterns
    for other in rest:
        first = pattern([operation(a, b) for a, b in _beside([first, other])])
    return first


def _beside(rows: Sequence[Sequence[int | Fraction]]) -> list[tuple[Fraction, ...]]:
    """Rows of different periods over their common one."""
    period = lcm(*map(len, rows))
    _check_period(period)
    return list(zip(*(tuple(map(Fraction, row)) * (period // len(row)) for row in rows), strict=True))


def _image(numbers: Pattern, through: AxisMap, value: Callable[[Footprint], int | Fraction]) -> Pattern:
    return pattern([value(through.at(y)) for y in range(_period(numbers, through))])


def _period(numbers: Pattern, through: AxisMap, at_least: int = 1) -> int:
    if through.finite:
        raise TooIrregularError("the map is a table without a period")
    period = lcm(through.period * (len(numbers) // gcd(len(numbers), through.advance)), at_least)
    _check_period(period)
    return period


def _check_period(period: int) -> None:
    if period > MAX_PERIOD:
        raise TooIrregularError(f"the pattern repeats only after {period} pixels (the limit is {MAX_PERIOD})")


def _sums_of(numbers: Pattern) -> Callable[[Footprint], Fraction]:
    """Sums over the runs of a footprint, in a time that does not grow with their length."""
    before = list(accumulate(numbers, initial=0))

    def below(index: int) -> int:
        turns, rest = divmod(index, len(numbers))
        return turns * before[-1] + before[rest]

    return lambda footprint: Fraction(sum(below(high + 1) - below(low) for low, high in footprint))
