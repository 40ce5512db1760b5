"""A line and a curve through every point, judged on points that neither has seen."""

from fractions import Fraction
from math import prod
from typing import Any

FORMULA = "gap = test - train"
CALLS = ()
SOURCE = "Goodfellow, Bengio, Courville, Deep Learning, chapters 5 and 7; Runge 1901; Dauphin et al., arXiv:1406.2572"
SEE = ("augmentation", "dropout", "weight-decay", "batch")

SEEN = tuple((Fraction(x), Fraction(y)) for x, y in ((0, 0), (1, 2), (2, 1), (3, 4), (4, 3), (5, 6), (6, 5), (7, 8)))
UNSEEN = tuple((Fraction(x), Fraction(x)) for x in (Fraction(1, 2), Fraction(5, 2), Fraction(9, 2), Fraction(13, 2)))
PARTS = (7, 1, 2)


def curve(x: Fraction) -> Fraction:
    """The polynomial through every point that was seen (Lagrange)."""
    total = Fraction(0)
    for here, value in SEEN:
        total += value * prod((x - there) / (here - there) for there, _ in SEEN if there != here)
    return total


def line(x: Fraction) -> Fraction:
    """The straight line with the least squared error on the points that were seen."""
    n = len(SEEN)
    mean_x, mean_y = (sum(axis, Fraction(0)) / n for axis in zip(*SEEN, strict=True))
    rise, run = (sum(((a - mean_x) * c for a, c in pairs), Fraction(0)) for pairs in (SEEN, [(a, a - mean_x) for a, _ in SEEN]))
    return mean_y + rise / run * (x - mean_x)


def error(model: Any, points: tuple[tuple[Fraction, Fraction], ...]) -> Fraction:
    return sum(((model(x) - y) ** 2 for x, y in points), Fraction(0)) / len(points)


def values() -> dict[str, Any]:
    straight, curved = ([round(error(model, points), 2) for points in (SEEN, UNSEEN)] for model in (line, curve))
    samples = 1000
    return {
        "train": curved[0], "test": curved[1], "gap": curved[1] - curved[0], "points": len(SEEN),
        "line_seen": straight[0], "line_unseen": straight[1], "curve_seen": curved[0], "curve_unseen": curved[1],
        "samples": samples, "ratio": ":".join(map(str, PARTS)), "split": tuple(samples * part // sum(PARTS) for part in PARTS),
    }  # fmt: skip
