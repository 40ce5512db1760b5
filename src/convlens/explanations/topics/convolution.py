"""One window by hand, the same turned, and what sharing one kernel saves."""

from typing import Any

from convlens.explanations.example import run
from convlens.explanations.sliding import slid, slid_row, turned

FORMULA = "y = x0*w0 + x1*w1 + x2*w2 + b"
CALLS = (("Conv2d(1, 1, 3, bias=False)", "1x1x32x32"), ("Linear(1024, 900, bias=False)", "1x1024"))
SOURCE = "Dumoulin & Visin, arXiv:1603.07285v2, chapter 1; Goodfellow, Bengio, Courville, Deep Learning, section 9.1"
SEE = ("kernel", "channels", "stride", "padding")

RAMP = [[0, 1, 2]] * 3
SOBEL = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]


def values() -> dict[str, Any]:
    x, w = (0, 1, 2), (-1, 0, 1)
    dense, shared = run(*CALLS[1]), run(*CALLS[0])
    dot, moved = (0, 0, 5, 0, 0, 0), (0, 0, 0, 5, 0, 0)
    before, after = slid_row(dot, w), slid_row(moved, w)
    return {
        "x0": x[0], "x1": x[1], "x2": x[2], "w0": w[0], "w1": w[1], "w2": w[2], "b": 1, "y": slid_row(x, w)[0] + 1,
        "shared": shared.params, "dense": dense.params, "saved": dense.params // shared.params,
        "before": before, "after": after, "step": after.index(max(after)) - before.index(max(before)),
        "centre": RAMP[1][1], "slid": slid(RAMP, SOBEL)[0][0], "turned": slid(RAMP, turned(SOBEL))[0][0], "half_turn": 180,
    }  # fmt: skip
