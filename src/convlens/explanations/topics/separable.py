"""Depthwise then pointwise: what it costs beside a dense convolution, and what it cannot compute."""

from fractions import Fraction
from typing import Any

from convlens.explanations.example import run
from convlens.explanations.number import about

FORMULA = "ratio = (k*k*c_in + c_in*c_out) / (k*k*c_in*c_out)"
CALLS = (
    ('tf.nn.separable_conv2d(x, [2,2,3,5], [1,1,15,20], [1,1,1,1], "SAME")', "10x9x9x3"),
    ("Conv2d(32, 64, 3, padding=1, bias=False)", "1x32x112x112"),
    ("Conv2d(32, 32, 3, padding=1, groups=32, bias=False)", "1x32x112x112"),
    ("Conv2d(32, 64, 1, bias=False)", "1x32x112x112"),
)
SOURCE = "Howard et al., MobileNets, arXiv:1704.04861, section 3.1; tf.nn.separable_conv2d"
SEE = ("depthwise", "one-by-one", "macs")

DENSE = ((1, 2), (2, 1))
"""The weights of one input channel at two places, for two outputs."""


def values() -> dict[str, Any]:
    dense, depth, point = (run(*call) for call in CALLS[1:])
    ratio = Fraction(depth.macs + point.macs, dense.macs)
    (a, b), (c, d) = DENSE
    return {
        "k": 3, "c_in": 32, "c_out": 64, "ratio": ratio, "times": about(1 / ratio, 1), "maps": run(*CALLS[0]).output[3],
        "dense": dense.params, "parts": depth.params + point.params, "first": DENSE[0], "second": DENSE[1],
        "cross": a * d, "other": b * c,
    }  # fmt: skip
