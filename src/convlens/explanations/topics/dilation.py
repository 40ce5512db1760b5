"""The reach of a dilated kernel, what it really reads, and the general size formula."""

from typing import Any

from convlens.arith.axis import AxisMap, compose, window
from convlens.explanations.example import run

FORMULA = """
reach = d*(k - 1) + 1
out = floor((n + 2*p - d*(k - 1) - 1) / s) + 1
"""
CALLS = (
    ("Conv2d(3, 2, 3, stride=2, padding=1, dilation=2)", "1x3x7x7"),
    ("Conv2d(1, 1, 3, dilation=(4, 2))", "1x1x32x32"),
)
SOURCE = "Yu & Koltun, arXiv:1511.07122; Wang et al., Understanding Convolution for Semantic Segmentation, WACV 2018"
SEE = ("receptive-field", "kernel", "stride", "parameters")


def _stack(rates: tuple[int, ...]) -> AxisMap:
    found = window(kernel=3, dilation=rates[0])
    for rate in rates[1:]:
        found = compose(found, window(kernel=3, dilation=rate))
    return found


def _row(rates: tuple[int, ...]) -> tuple[Any, ...]:
    found = _stack(rates)
    return ", ".join(map(str, rates)), found.sizes[1], found.supports[1]


def values() -> dict[str, Any]:
    first, (high, wide) = run(*CALLS[0]), run(*CALLS[1]).fields
    single = window(kernel=3, dilation=2)
    return {
        "n": 7, "p": 1, "d": 2, "k": 3, "s": 2, "out": first.output[2], "reach": first.fields[0].size,
        "first_rate": 4, "second_rate": 2, "high": high.size, "wide": wide.size, "apart_high": high.size - 1,
        "apart_wide": wide.size - 1, "stacks": [_row(rates) for rates in ((1, 1, 1), (1, 2, 4), (2, 2, 2), (1, 2, 5))],
        "area": single.sizes[1] * single.sizes[1], "read": single.supports[1] * single.supports[1],
    }  # fmt: skip
