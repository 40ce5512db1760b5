"""Decay and an L2 penalty, under plain descent and under Adam's first step."""

from fractions import Fraction
from typing import Any

FORMULA = "w_next = w - rate*(slope + decay*w)"
CALLS = ()
SOURCE = "Krogh & Hertz, NIPS 1991; Loshchilov & Hutter, Decoupled Weight Decay Regularization, arXiv:1711.05101"
SEE = ("generalisation", "optimisers", "dropout")

RATE, DECAY = Fraction(1, 10), Fraction(1, 10)
WEIGHT, SLOPE = Fraction(2), Fraction(1)


def sgd() -> tuple[Fraction, Fraction]:
    """One step with the penalty in the slope, and one with the decay beside it."""
    return WEIGHT - RATE * (SLOPE + DECAY * WEIGHT), WEIGHT - RATE * SLOPE - RATE * DECAY * WEIGHT


def adam() -> tuple[Fraction, Fraction]:
    """The same for Adam's first step, whose length is the rate whatever the slope."""
    penalised = SLOPE + DECAY * WEIGHT
    return WEIGHT - RATE * penalised / abs(penalised), WEIGHT - RATE * SLOPE / abs(SLOPE) - RATE * DECAY * WEIGHT


def values() -> dict[str, Any]:
    (penalty, decay), (adam_penalty, adam_decay) = sgd(), adam()
    alone = [Fraction(2)]
    for _ in range(50):
        alone.append(alone[-1] - RATE * DECAY * alone[-1])
    return {
        "w": WEIGHT, "rate": RATE, "slope": SLOPE, "decay": DECAY, "w_next": penalty, "sgd_penalty": penalty, "sgd_decay": decay,
        "adam_penalty": adam_penalty, "adam_decay": adam_decay, "steps": 50, "left": round(alone[-1], 4),
    }  # fmt: skip
