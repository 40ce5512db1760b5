"""Where a value stands on an axis, and which numbers are written beside it."""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, floor, log2, log10
from statistics import median
from typing import NamedTuple

from convlens.sweeps.departures import shown
from convlens.sweeps.values import Value

MOST_TICKS = 5
MOST_LABELS = 40
"""Characters that fit under a panel, spaces included."""


class Horizontal(NamedTuple):
    """Places from 0 to 1 by value, and the values that are written; ``words`` where they have no order."""

    places: tuple[float, ...]
    labels: tuple[str, ...]
    words: bool


def horizontal(values: Sequence[Value], first: int | None = None) -> Horizontal:
    """Numbers as far apart as they are, by their logarithm where they multiply; words side by side.

    Labels that would touch are left out; that of the value ``first`` is kept before all others.

    >>> horizontal([1, 2, 3]).places, horizontal([8, 16, 32, 64, 128]).places
    ((0.0, 0.5, 1.0), (0.0, 0.25, 0.5, 0.75, 1.0))
    """
    numbers = [value for value in values if type(value) is int]
    words = len(numbers) < len(values)
    spots = list(range(len(values))) if words else _spots(numbers)
    low, high = min(spots), max(spots)
    places = tuple((spot - low) / (high - low) if high > low else 0.5 for spot in spots)
    return Horizontal(places, _thinned(places, [shown(value) for value in values], first), words)


def _spots(numbers: Sequence[int]) -> list[float]:
    return [log2(n) for n in numbers] if _multiply(sorted(numbers)) else [float(n) for n in numbers]


def _multiply(rising: Sequence[int]) -> bool:
    if rising[0] < 1 or rising[-1] < 16 * rising[0]:
        return False
    return median(b / a for a, b in pairwise(rising)) >= 1.4


def _thinned(places: Sequence[float], texts: Sequence[str], first: int | None) -> tuple[str, ...]:
    """No label where it would touch one that is kept already."""
    kept: dict[int, tuple[float, float]] = {}
    for at in sorted(range(len(places)), key=lambda at: (at != first, places[at])):
        half = (len(texts[at]) + 1.5) / MOST_LABELS / 2
        if all(abs(places[at] - place) >= half + other for place, other in kept.values()):
            kept[at] = (places[at], half)
    return tuple(text if at in kept else "" for at, text in enumerate(texts))


def ticks(highest: float) -> list[float]:
    """Round numbers from 0 to at least ``highest``.

    >>> ticks(130.0), ticks(0.0), ticks(0.7)
    ([0.0, 50.0, 100.0, 150.0], [0.0, 1.0], [0.0, 0.2, 0.4, 0.6, 0.8])
    """
    if highest <= 0:
        return [0.0, 1.0]
    rough = highest / (MOST_TICKS - 1)
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * (1 - 1e-9))
    return [round(step * at, 12) for at in range(ceil(highest / step - 1e-9) + 1)]
