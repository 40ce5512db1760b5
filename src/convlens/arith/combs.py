"""Sets of places along one axis that repeat themselves, of any length, and who of several readers reads how many of them.

A window that moves on reads *combs*: runs of places, one every so many. Counting looks at one place of each kind and at
no pixel.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from math import lcm
from typing import NamedTuple

from convlens.arith.axis import AxisMap, TooIrregularError

MOST = 1 << 20
"""An axis that takes more looks at a comb than this is given up rather than counted."""


class Comb(NamedTuple):
    """``times`` runs of ``length`` places; the first starts at ``first``, each other one ``step`` behind the one before."""

    first: int
    length: int
    step: int = 1
    times: int = 1

    @property
    def stop(self) -> int:
        """The first place behind the last run.

        >>> Comb(0, 1, step=2, times=28).stop
        55
        """
        return self.first + (self.times - 1) * self.step + self.length

    def holds(self, place: int) -> bool:
        """
        >>> [Comb(0, 1, step=2, times=28).holds(place) for place in (0, 1, 54, 56)]
        [True, False, True, False]
        """
        first = max(-(-(place - self.first - self.length + 1) // self.step), 0)
        return first < self.times and self.first + first * self.step <= place


Combs = tuple[Comb, ...]


@lru_cache(maxsize=8192)
def combs(axis_map: AxisMap, outs: int, size: int) -> Combs | None:
    """The places of an axis of ``size`` that the outputs 0 to ``outs - 1`` read through a map; None where that is all.

    >>> from convlens.arith.axis import window
    >>> combs(window(1, stride=2), outs=28, size=56)
    (Comb(first=0, length=1, step=2, times=28),)
    >>> combs(window(3, stride=2, padding=1), outs=28, size=56) is None
    True
    """
    inside = [part for comb in _combs(axis_map, outs) if (part := _inside(comb, size))]
    toothed = [comb for comb in inside if comb.times > 1]
    runs = _merged([(comb.first, comb.stop) for comb in inside if comb.times == 1])
    found = (*(Comb(start, stop - start) for start, stop in runs), *toothed)
    try:
        return None if not tally([found], size).get(0) else found
    except TooIrregularError:
        return found


def _combs(axis_map: AxisMap, outs: int) -> Iterator[Comb]:
    period, advance, footprints, finite = axis_map
    for phase, footprint in enumerate(footprints[:outs]):
        times = 1 if finite or not advance else (outs - 1 - phase) // period + 1
        lowest = min(advance * (times - 1), 0)
        for low, high in footprint:
            yield _simplest(Comb(low + lowest, high - low + 1, max(abs(advance), 1), times))


def _simplest(comb: Comb) -> Comb:
    """Runs that touch are one run."""
    return comb if comb.step > comb.length else Comb(comb.first, comb.stop - comb.first)


def _inside(comb: Comb, size: int) -> Comb | None:
    """The runs that are not wholly outside of the axis; a single one is cut at its ends."""
    first = max(-((comb.first + comb.length - 1) // comb.step), 0)
    last = min((size - 1 - comb.first) // comb.step, comb.times - 1)
    if first > last:
        return None
    start = comb.first + first * comb.step
    if first < last:
        return Comb(start, comb.length, comb.step, last - first + 1)
    return Comb(max(start, 0), min(start + comb.length, size) - max(start, 0))


def _merged(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(runs):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], stop))
        else:
            merged.append((start, stop))
    return merged


def tally(along: Sequence[Combs | None], size: int) -> dict[int, int]:
    """How many places of an axis are read by which readers: bit ``r`` of a key stands for reader ``r``.

    Raises `TooIrregularError` where the readers have too long a period in common, or too many combs.

    >>> tally([(Comb(0, 1, 2, 28),), (Comb(0, 50),)], size=56) == {0b11: 25, 0b10: 25, 0b01: 3, 0b00: 3}
    True
    """
    counts: Counter[int] = Counter()
    every = [comb for each in along for comb in each or ()]
    ends = {0, size, *(end for comb in every for end in (comb.first, comb.stop) if 0 < end < size)}
    looks = 0
    for start, stop in pairwise(sorted(ends)):
        toothed = [comb for comb in every if comb.times > 1 and comb.first < stop and start < comb.stop]
        period = min(lcm(*(comb.step for comb in toothed)), stop - start) if toothed else stop - start
        looks += (1 + sum(period // comb.step for comb in toothed)) * len(every)
        if looks > MOST:
            raise TooIrregularError(f"places of too many kinds to count (the limit is {MOST})")
        turns, rest = divmod(stop - start, period)
        for first, end in _alike(toothed, start, period):
            counts[_mask(along, first)] += (end - first) * turns + max(min(end, start + rest) - first, 0)
    return counts


def _alike(toothed: list[Comb], start: int, period: int) -> Iterator[tuple[int, int]]:
    """Stretches of a period at whose places each of these combs holds all or none."""
    edges = ((edge, comb.step) for comb in toothed for edge in (comb.first, comb.first + comb.length))
    cuts = {start, start + period}.union(*(range(start + (edge - start) % step, start + period, step) for edge, step in edges))
    return pairwise(sorted(cuts))


def _mask(along: Sequence[Combs | None], place: int) -> int:
    return sum(1 << r for r, each in enumerate(along) if each is None or any(comb.holds(place) for comb in each))
