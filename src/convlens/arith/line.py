"""Where the pixels of a map lie along one axis: on a line, ``centre(y) = slope*y + intercept``, exactly.

An axis map says what an output reads; its line says where the middle of that is, on average over the positions that differ.
Lines compose as axis maps do, and two maps are aligned where their lines are equal.

Source: Araujo, Norris, Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019,
doi 10.23915/distill.00021, where the centre is ``-P + y*S + (r - 1)/2``; generalised to slopes that are fractions.
"""

from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import gcd
from typing import NamedTuple

from convlens.arith.axis import AxisMap, Footprint


class Line(NamedTuple):
    """``centre(y) = (rise*y + start) / unit``, in lowest terms, ``unit`` positive: so equal lines are equal values."""

    rise: int
    start: int
    unit: int

    @property
    def slope(self) -> Fraction:
        """Input pixels from one pixel to the next; negative where the map is mirrored."""
        return Fraction(self.rise, self.unit)

    @property
    def intercept(self) -> Fraction:
        """Where pixel 0 lies."""
        return Fraction(self.start, self.unit)

    def at(self, y: int) -> Fraction:
        """Where pixel ``y`` lies.

        >>> Line(4, 1, 2).at(3)
        Fraction(13, 2)
        """
        return Fraction(self.rise * y + self.start, self.unit)

    def of(self, inner: "Line") -> "Line":
        """Where the pixels of a map lie whose pixels lie on ``inner`` in the pixels of this one.

        >>> Line(2, 0, 1).of(Line(1, 1, 2))
        Line(rise=1, start=1, unit=1)
        """
        start = self.rise * inner.start + self.start * inner.unit
        return reduced(self.rise * inner.rise, start, self.unit * inner.unit)


STRAIGHT = Line(1, 0, 1)
"""Every pixel in its own place."""


def reduced(rise: int, start: int, unit: int) -> Line:
    """The line ``(rise*y + start) / unit`` in lowest terms; ``unit`` must be positive."""
    common = gcd(rise, start, unit)
    return Line(rise // common, start // common, unit // common) if common > 1 else Line(rise, start, unit)


def line_of(axis_map: AxisMap) -> Line | None:
    """The line on which the middles of all footprints lie, from the first index read to the last.

    Where the positions within a period differ it is their mean; those that read nothing do not count. None where all
    outputs read the same place, where nothing is read, or where a finite table is no line.

    >>> from convlens.arith.axis import repeat, transposed, window
    >>> line_of(window(kernel=3, stride=2, padding=1)), line_of(transposed(kernel=3, stride=2, padding=1))
    (Line(rise=2, start=0, unit=1), Line(rise=1, start=0, unit=2))
    >>> line_of(repeat(2))  # nearest upsampling: (y - 1/2) / 2
    Line(rise=2, start=-1, unit=4)
    """
    return _line_of_table(axis_map.footprints) if axis_map.finite else _line_of_pattern(axis_map)


@lru_cache(maxsize=4096)
def _line_of_pattern(axis_map: AxisMap) -> Line | None:
    period, advance, footprints, _ = axis_map
    middles = [(y, footprint[0][0] + footprint[-1][1]) for y, footprint in enumerate(footprints) if footprint]
    if not advance or not middles:
        return None
    start = sum(twice * period - 2 * advance * y for y, twice in middles)
    return reduced(2 * advance * len(middles), start, 2 * period * len(middles))


def _line_of_table(footprints: tuple[Footprint, ...]) -> Line | None:
    """A table is a line where its middles move on by the same step."""
    if len(footprints) < 2 or not all(footprints):
        return None
    twice = [footprint[0][0] + footprint[-1][1] for footprint in footprints]
    step = twice[1] - twice[0]
    regular = step and all(b - a == step for a, b in pairwise(twice))
    return reduced(step, twice[0], 2) if regular else None
