"""A narrow valley, walked with and without momentum, exactly."""

from fractions import Fraction
from typing import Any

from convlens.explanations.descent import parabola, path
from convlens.explanations.number import about

FORMULA = """
v_next = m*v - rate*slope
w_next = w + v_next
"""
CALLS = ()
SOURCE = "Polyak 1964; Rumelhart, Hinton, Williams, Nature 1986 (the delta rule with momentum); Sutskever et al., ICML 2013"
SEE = ("learning-rate", "optimisers")

STEEP, FLAT = 10, Fraction(1, 10)
RATE, MOMENTUM = Fraction(1, 10), Fraction(4, 5)
SHOWN = (1, 5, 10, 20, 40)


def _walk(curvature: Fraction | int, rate: Fraction, momentum: Fraction) -> list[Fraction]:
    return path(parabola(curvature), 1, rate, max(SHOWN), momentum)


def values() -> dict[str, Any]:
    plain, heavy = (_walk(FLAT, RATE, m) for m in (Fraction(0), MOMENTUM))
    steep = _walk(STEEP, RATE, MOMENTUM)
    larger = RATE / (1 - MOMENTUM)
    wild = _walk(STEEP, larger, Fraction(0))
    first = heavy[1] - heavy[0]
    return {
        "m": MOMENTUM, "v": first, "rate": RATE, "w": heavy[1], "slope": FLAT * heavy[1], "v_next": heavy[2] - heavy[1],
        "w_next": heavy[2], "flat": FLAT, "steep": STEEP, "rows": [(s, about(plain[s]), about(heavy[s])) for s in SHOWN],
        "steps": 10, "steep_left": about(abs(steep[10])), "larger": larger, "wild_left": abs(wild[10]),
        "times": 1 / (1 - MOMENTUM),
    }  # fmt: skip
