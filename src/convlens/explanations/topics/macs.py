"""What a layer costs in multiply-accumulates, beside its parameters."""

from fractions import Fraction
from typing import Any

from convlens.explanations.example import Example, run
from convlens.explanations.number import about

FORMULA = "macs = c_out*h*w*c_in*k*k"
CALLS = (("Conv2d(3, 64, 3, padding=1)", "1x3x224x224"), ("Linear(9216, 4096)", "1x9216"))
SOURCE = "convlens, docs/conventions.md; Williams et al., Roofline, CACM 2009; Ma et al., ShuffleNet V2, arXiv:1807.11164"
SEE = ("parameters", "groups", "stride", "separable")

BASE = "Conv2d(64, 64, 3, padding=1)"
CHANGES = (
    BASE, "Conv2d(128, 64, 3, padding=1)", "Conv2d(64, 64, 5, padding=2)", "Conv2d(64, 64, 3, padding=1, stride=2)",
    "Conv2d(64, 64, 3, padding=2, dilation=2)", "Conv2d(64, 64, 3)", "Conv2d(64, 64, 3, padding=1, groups=64)",
)  # fmt: skip


def _run(call: str) -> Example:
    return run(call, f"1x{call.partition('(')[2].partition(',')[0]}x56x56")


def values() -> dict[str, Any]:
    base, conv, dense = _run(BASE), run(*CALLS[0]), run(*CALLS[1])
    return {
        "c_out": 64, "h": 224, "w": 224, "c_in": 3, "k": 3, "macs": conv.macs,
        "changes": [(call, _run(call).macs, about(Fraction(_run(call).macs, base.macs), 3)) for call in CHANGES],
        "conv_params": conv.params, "dense_params": dense.params, "conv_macs": conv.macs, "dense_macs": dense.macs,
        "fewer": dense.params // conv.params, "more": about(Fraction(conv.macs, dense.macs), 1), "flops": 2, "map_width": 56,
    }  # fmt: skip
