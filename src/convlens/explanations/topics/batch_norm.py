"""Normalising a small batch by hand, and what is left when there is one value."""

from fractions import Fraction
from typing import Any

from convlens.explanations.example import run

FORMULA = "y = (x - mean) / sqrt(var)*gamma + beta"
CALLS = (("BatchNorm2d(64)", "32x64x28x28"),)
SOURCE = "Ioffe & Szegedy, arXiv:1502.03167v3; torch.nn.BatchNorm2d; Wu & He, Group Normalization, arXiv:1803.08494"
SEE = ("batch", "bias", "dropout", "activation")

BATCH = (Fraction(1), Fraction(1), Fraction(9), Fraction(9))
GAMMA, BETA = 2, 3


def normalised(batch: tuple[Fraction, ...]) -> list[Fraction]:
    """Each value minus the batch's mean, over its deviation (of a batch whose deviation is whole), scaled and moved."""
    mean = sum(batch, Fraction(0)) / len(batch)
    var = sum(((value - mean) ** 2 for value in batch), Fraction(0)) / len(batch)
    deviation = next(root for root in range(1000) if root * root == var)
    return [(value - mean) / deviation * GAMMA + BETA if deviation else Fraction(BETA) for value in batch]


def values() -> dict[str, Any]:
    mean = sum(BATCH, Fraction(0)) / len(BATCH)
    var = sum(((value - mean) ** 2 for value in BATCH), Fraction(0)) / len(BATCH)
    shifted = tuple(value * 10 + 7 for value in BATCH)
    layer = run(*CALLS[0])
    return {
        "x": BATCH[0], "mean": mean, "var": var, "gamma": GAMMA, "beta": BETA,
        "y": normalised(BATCH)[0], "batch": BATCH, "made": normalised(BATCH), "shifted": shifted, "same": normalised(shifted),
        "single": BATCH[2], "alone": normalised(BATCH[2:3])[0], "other": BATCH[0], "other_alone": normalised(BATCH[:1])[0],
        "channels": layer.input[1], "params": layer.params, "count": layer.input[0] * layer.input[2] * layer.input[3],
    }  # fmt: skip
