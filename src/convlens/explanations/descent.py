"""Gradient descent in exact fractions."""

from collections.abc import Callable
from fractions import Fraction
from itertools import islice

Slope = Callable[[Fraction], Fraction]


def parabola(curvature: Fraction | int = 1) -> Slope:
    """The slope of ``curvature * w * w / 2``, whose minimum is at 0."""
    return lambda w: curvature * w


def path(slope: Slope, start: Fraction | int, rate: Fraction, steps: int, momentum: Fraction | int = 0) -> list[Fraction]:
    """The weight before the first step and after each: ``v = momentum*v - rate*slope``, ``w = w + v``.

    >>> path(parabola(), 1, Fraction(1, 2), 2)
    [Fraction(1, 1), Fraction(1, 2), Fraction(1, 4)]
    """
    found, speed = [Fraction(start)], Fraction(0)
    for _ in range(steps):
        speed = momentum * speed - rate * slope(found[-1])
        found.append(found[-1] + speed)
    return found


def steps_until(slope: Slope, start: Fraction | int, rate: Fraction, below: Fraction, limit: int) -> int:
    """How many steps until the weight is nearer to 0 than ``below``; ``limit`` where that is not reached before.

    >>> steps_until(parabola(), 1, Fraction(1, 2), Fraction(1, 5), 100)
    3
    """
    weight = Fraction(start)
    for step in range(limit):
        if abs(weight) < below:
            return step
        weight -= rate * slope(weight)
        weight = Fraction(round(weight * 10**18), 10**18)
    return limit


def average(values: list[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def batches(samples: list[Fraction], size: int) -> list[list[Fraction]]:
    """The samples in turn, so many at a time; the last batch may be smaller.

    >>> [len(batch) for batch in batches([Fraction(0)] * 5, 2)]
    [2, 2, 1]
    """
    rest = iter(samples)
    return list(iter(lambda: list(islice(rest, size)), []))
