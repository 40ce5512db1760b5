"""The first step of several optimisers, and what signs alone do to mini-batches."""

from fractions import Fraction
from math import sqrt
from typing import Any

from convlens.explanations.number import about

FORMULA = "step = rate*g / sqrt(mean_square)"
CALLS = ()
SOURCE = "Hinton, lecture 6e of Neural Networks for Machine Learning (RMSprop); Duchi 2011; Zeiler 2012; Kingma & Ba 2015"
SEE = ("momentum", "learning-rate", "schedules", "weight-decay")

RATE, KEEP = 0.01, 0.9
SLOPES = (100.0, 1.0, 0.01)
BATCHES = tuple([0.1] * 9 + [-0.9])


def first_steps(slope: float) -> tuple[float, ...]:
    """The length of the first step of SGD, AdaGrad, RMSprop and Adam (its means corrected)."""
    adagrad = RATE * slope / sqrt(slope * slope)
    rmsprop = RATE * slope / sqrt((1 - KEEP) * slope * slope)
    adam = RATE * ((1 - KEEP) * slope / (1 - KEEP)) / sqrt((1 - 0.999) * slope * slope / (1 - 0.999))
    return RATE * slope, adagrad, rmsprop, adam


def rprop() -> float:
    """Steps of fixed length against the sign of each mini-batch's slope."""
    return sum(-RATE if slope > 0 else RATE for slope in BATCHES)


def rmsprop() -> float:
    """Steps divided by the root of the mean square over all mini-batches, once that has settled."""
    root = sqrt(sum(slope * slope for slope in BATCHES) / len(BATCHES))
    return sum(-RATE * slope / root for slope in BATCHES)


def _shown(value: float) -> str:
    return about(Fraction(value))


def values() -> dict[str, Any]:
    return {
        "rate": _decimal(RATE), "g": 4, "mean_square": 16, "step": _decimal(RATE),
        "rows": [(_decimal(slope), *map(_shown, first_steps(slope))) for slope in SLOPES],
        "small": _decimal(BATCHES[0]), "times": BATCHES.count(0.1), "large": _decimal(BATCHES[-1]),
        "rprop": _shown(rprop()), "rmsprop": _shown(rmsprop()),
    }  # fmt: skip


def _decimal(value: float) -> Fraction:
    return Fraction(str(value))
