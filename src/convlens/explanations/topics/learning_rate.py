"""Gradient descent on a parabola at several rates, exactly."""

from fractions import Fraction
from typing import Any

from convlens.explanations.descent import parabola, path, steps_until

FORMULA = "w_next = w - rate*slope"
CALLS = ()
SOURCE = "Goodfellow, Bengio, Courville, Deep Learning, sections 4.3 and 8.3; LeCun et al., Efficient BackProp, 1998"
SEE = ("momentum", "schedules", "batch", "optimisers")

STEPS = (1, 2, 3, 4, 8)
RATES = tuple(Fraction(n, 10) for n in (1, 5, 10, 15, 20, 25))
TRIED = (Fraction(1, 100), Fraction(1, 1000), Fraction(1, 10000))
LIMIT = 100_000


def values() -> dict[str, Any]:
    found = {rate: path(parabola(), 1, rate, max(STEPS)) for rate in RATES}
    return {
        "w": 1, "rate": RATES[0], "slope": 1, "w_next": found[RATES[0]][1], "curvature": 1,
        "rows": [(rate, *(round(steps[s], 4) for s in STEPS)) for rate, steps in found.items()],
        "one": STEPS[0], "two": STEPS[1], "three": STEPS[2], "four": STEPS[3], "last": STEPS[4],
        "tried": [(rate, steps_until(parabola(), 1, rate, Fraction(1, 10), LIMIT)) for rate in TRIED],
        "part": Fraction(1, 10), "slow": RATES[0], "slow_left": round(found[RATES[0]][8], 4), "wild": RATES[-1],
        "wild_left": round(found[RATES[-1]][8], 4), "limit": 2,
    }  # fmt: skip
