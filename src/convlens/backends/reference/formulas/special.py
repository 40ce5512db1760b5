"""Special functions of one number, each by its series or its definition."""

from collections.abc import Callable
from math import erf, erfc, exp, inf, isfinite, lgamma, log, nan, pi, sqrt, tan

import numpy as np

from convlens.backends.reference.formulas import Array


def each(function: Callable[[float], float]) -> Callable[[Array], Array]:
    """The function applied to every value."""
    return np.vectorize(function, otypes=[float])


def log_gamma(x: float) -> float:
    return inf if x <= 0 and x == int(x) else lgamma(x)


def digamma(x: float) -> float:
    """By reflection below 0, by ``digamma(x) = digamma(x + 1) - 1 / x`` up to 20, then by its asymptotic series."""
    if x == 0:
        return -inf if np.signbit(x) is np.False_ else inf
    if x < 0:
        return nan if x == int(x) else digamma(1 - x) - pi / tan(pi * x)
    shift = 0.0
    while x < 20:
        shift, x = shift + 1 / x, x + 1
    square = 1 / (x * x)
    series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square / 132))))
    return log(x) - 1 / (2 * x) - series - shift


def inverse_erf(y: float) -> float:
    """Newton's method from Winitzki's approximation."""
    if abs(y) >= 1:
        return y * inf if abs(y) == 1 else nan
    a, ln = 0.147, log(1 - y * y)
    half = 2 / (pi * a) + ln / 2
    x = float(np.copysign(sqrt(max(sqrt(half * half - ln / a) - half, 0)), y))
    for _ in range(4):
        x -= (erf(x) - y) / (2 / sqrt(pi) * exp(-x * x))
    return x


def bessel_i0(x: float) -> float:
    """``sum of (x^2 / 4)^k / (k!)^2``."""
    if not isfinite(x):
        return abs(x)
    term = total = 1.0
    for k in range(1, 500):
        term *= x * x / (4 * k * k)
        total += term
    return total


SPECIAL: dict[str, Callable[[Array], Array]] = {
    "erf": each(erf), "erfc": each(erfc), "erfinv": each(inverse_erf), "lgamma": each(log_gamma), "digamma": each(digamma),
    "i0": each(bessel_i0),
}  # fmt: skip
