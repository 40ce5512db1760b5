"""How often each output of a transposed convolution is painted."""

from fractions import Fraction
from typing import Any

from convlens.explanations.example import run
from convlens.explanations.sliding import Number, painted_row, slid_row

FORMULA = "ratio = ceil(k / s) / floor(k / s)"
CALLS = (("ConvTranspose2d(1, 1, 3, stride=2)", "1x1x8x8"), ("ConvTranspose2d(1, 1, 4, stride=2, padding=1)", "1x1x8x8"))
SOURCE = "Odena, Dumoulin, Olah, Deconvolution and Checkerboard Artifacts, Distill 2016; Aitken et al., arXiv:1707.02937"
SEE = ("transposed", "stride", "same-padding")

SIZE = 24


def painted(*layers: tuple[int, int]) -> list[Number]:
    """A row of ones through transposed convolutions (kernel, stride) of ones, far from its ends."""
    row: list[Number] = [1] * SIZE
    for kernel, stride in layers:
        row = painted_row(row, [1] * kernel, stride)
    return _middle(row)


def _middle(row: list[Number]) -> list[Number]:
    return row[len(row) // 3 : -(len(row) // 3)]


def _ratio(row: list[Number]) -> Fraction:
    return Fraction(max(row)) / min(row)


def _named(layers: tuple[tuple[int, int], ...]) -> str:
    return ", ".join(f"{kernel}/{stride}" for kernel, stride in layers)


def _row(*layers: tuple[int, int]) -> tuple[Any, ...]:
    ratio = _ratio(painted(*layers))
    return _named(layers), ratio, ratio * ratio


def values() -> dict[str, Any]:
    once = painted((3, 2))
    smoothed = slid_row(once, [1, 1, 1])
    uneven = _middle(painted_row([1] * SIZE, [3, 1, 3, 1], 2))
    return {
        "k": 3, "s": 2, "ratio": _ratio(once), "counts": once[:6], "even_k": 4,
        "chains": [_row((3, 2)), _row((4, 2)), _row((3, 2), (3, 2)), _row((3, 2), (4, 2)), _row((4, 2), (3, 2))],
        "smoothed": _ratio(smoothed), "smooth": 3, "uneven": (3, 1, 3, 1), "stripes": uneven[:4],
        "made": run(*CALLS[1]).output[2],
    }  # fmt: skip
