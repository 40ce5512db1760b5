"""The exact places of a map that one output reads along an axis, holes included, as the bits of a whole number."""

from fractions import Fraction
from math import gcd
from typing import NamedTuple

from convlens.arith.axis import Footprint


class Places(NamedTuple):
    """Places of the stack's input that an output reads along axis ``axis`` of its value, counted from its own place.

    Bit i of ``mask`` says whether place ``low + i`` is read.
    """

    axis: int
    low: int = 0
    mask: int = 1

    @property
    def hull(self) -> int:
        """From the first place read to the last.

        >>> Places(2, -2, 0b10101).hull
        5
        """
        return self.mask.bit_length()

    @property
    def read(self) -> int:
        return self.mask.bit_count()

    @property
    def density(self) -> Fraction:
        """The part of the hull that is read.

        >>> Places(2, -2, 0b10101).density
        Fraction(3, 5)
        """
        return Fraction(self.read, self.hull)

    @property
    def spacing(self) -> int:
        """The largest number that divides all distances between places that are read.

        >>> Places(2, -2, 0b10101).spacing, Places(2, -2, 0b11011).spacing
        (2, 1)
        """
        return gcd(*(i for i, bit in enumerate(reversed(f"{self.mask:b}")) if bit == "1"))

    def through(self, footprint: Footprint) -> "Places":
        """The same seen by a layer behind, each of whose outputs reads ``footprint``."""
        first = footprint[0][0]
        mask = 0
        for low, high in footprint:
            mask |= spread(self.mask, 1, high - low + 1) << (low - first)
        return self._replace(low=self.low + first, mask=mask)

    def also(self, other: "Places") -> "Places":
        """What either reads."""
        low = min(self.low, other.low)
        return self._replace(low=low, mask=self.mask << (self.low - low) | other.mask << (other.low - low))


def spread(mask: int, step: int, count: int) -> int:
    """The mask, and the mask moved by ``step``, ``count`` times in all: what a kernel of ``count`` taps reads through it.

    >>> bin(spread(1, 2, 3)), bin(spread(0b111, 3, 2))
    ('0b10101', '0b111111')
    """
    done = 1
    while done < count:
        more = min(done, count - done)
        mask |= mask << step * more
        done += more
    return mask
