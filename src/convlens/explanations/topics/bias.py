"""One bias for each output channel, and where it is for nothing."""

from fractions import Fraction
from typing import Any

from convlens.explanations.example import run
from convlens.explanations.sliding import slid_row

FORMULA = "params = c_out*c_in*n*n + c_out"
CALLS = (("Conv2d(1, 1, 3)", "1x1x7x7"), ("Conv2d(3, 2, 3)", "1x3x7x7"), ("Conv2d(3, 2, 3, bias=False)", "1x3x7x7"))
SOURCE = "torch.nn.Conv2d, the shape of its bias; Ioffe & Szegedy, arXiv:1502.03167v3, section 3.2"
SEE = ("parameters", "batch-norm")


def values() -> dict[str, Any]:
    n, one = 3, run(*CALLS[0])
    plain = slid_row([1, 4, 2, 7, 1], [1, 1])
    return {
        "c_out": 1, "c_in": 1, "n": n, "params": one.params, "squared": n * n, "claimed": 2 * n * n,
        "shared": run(*CALLS[1]).params - run(*CALLS[2]).params, "kernels": run(*CALLS[1]).output[1], "bias": 10,
        "centred": _centred(plain), "centred_with_bias": _centred([value + 10 for value in plain]),
    }  # fmt: skip


def _centred(row: list[Any]) -> list[Fraction]:
    mean = Fraction(sum(row), len(row))
    return [value - mean for value in row]
