"""Batches of several sizes on one small problem: how exact a gradient is, and how many updates it buys."""

from fractions import Fraction
from typing import Any

from convlens.explanations.descent import average, batches
from convlens.explanations.example import run
from convlens.explanations.number import about

FORMULA = "updates = ceil(samples / size)"
CALLS = (("Conv2d(3, 64, 3, padding=1)", "1x3x32x32"), ("Conv2d(3, 64, 3, padding=1)", "128x3x32x32"))
SOURCE = "Goodfellow, Bengio, Courville, Deep Learning, section 8.1.3; Masters & Luschi, arXiv:1804.07612"
SEE = ("epoch-iteration-batch", "learning-rate", "batch-norm", "generalisation")

SAMPLES = [Fraction(n) for n in (4, 12, 9, 11, 7, 15, 8, 14, 10, 6, 13, 5, 16, 3, 2, 17)]
RATE = Fraction(1, 5)


def _row(size: int) -> tuple[Any, ...]:
    """One epoch of fitting one number to the samples, from 0: each batch pulls the weight towards its mean."""
    means = [average(batch) for batch in batches(SAMPLES, size)]
    spread = max(means) - min(means)
    weight = Fraction(0)
    for mean in means:
        weight += RATE * (mean - weight)
    return size, len(means), about(spread, 2), about(abs(average(SAMPLES) - weight), 2)


def values() -> dict[str, Any]:
    one, many = run(*CALLS[0]), run(*CALLS[1])
    rows = [_row(size) for size in (1, 2, 4, 8, 16)]
    return {
        "samples": len(SAMPLES), "size": 4, "updates": rows[2][1], "rows": rows, "rate": RATE, "full": rows[-1][3],
        "single": rows[0][3], "params": many.params, "batch": many.input[0], "times": many.macs // one.macs,
    }  # fmt: skip
