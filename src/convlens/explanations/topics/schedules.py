"""Learning-rate policies epoch by epoch, and what a constant rate leaves behind on noisy gradients."""

from fractions import Fraction
from typing import Any

from convlens.explanations.number import about

FORMULA = """
exponential = start*keep**epoch
polynomial = start*(1 - epoch / epochs)**power
"""
CALLS = ()
SOURCE = "Robbins & Monro, A Stochastic Approximation Method, 1951; Caffe, lr_policy; torch.optim.lr_scheduler"
SEE = ("learning-rate", "optimisers", "epoch-iteration-batch")

START, KEEP, EPOCHS, POWER = Fraction(1, 10), Fraction(4, 5), 10, 2
SHOWN = (0, 2, 5, 9)
STEPS = 400


def exponential(epoch: int) -> Fraction:
    return START * KEEP**epoch


def polynomial(epoch: int) -> Fraction:
    return START * (1 - Fraction(epoch, EPOCHS)) ** POWER


def noisy(decayed: bool) -> float:
    """The distance from the minimum at 0 after many steps towards samples that are +1 and -1 in turn."""
    weight = 1.0
    for step in range(1, STEPS + 1):
        sample = 1.0 if step % 2 else -1.0
        weight += (1 / (step + 1) if decayed else 0.5) * (sample - weight)
    return abs(weight)


def values() -> dict[str, Any]:
    shown = 5
    return {
        "start": START, "keep": KEEP, "epoch": shown, "epochs": EPOCHS, "power": POWER,
        "exponential": exponential(shown), "polynomial": polynomial(shown),
        "rows": [(e, START, about(exponential(e)), about(polynomial(e))) for e in SHOWN],
        "steps": STEPS, "constant": Fraction(1, 2), "constant_left": about(Fraction(noisy(decayed=False))),
        "decayed_left": about(Fraction(noisy(decayed=True))), "most": 1, "least": -1,
    }  # fmt: skip
