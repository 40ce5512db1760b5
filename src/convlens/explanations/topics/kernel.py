"""Kernels by hand, kernels that are not square, and the width of a row that a kernel leaves."""

from typing import Any

from convlens.explanations.example import run
from convlens.explanations.sliding import slid

FORMULA = "weights = c_in*k_h*k_w*c_out"
CALLS = (
    ("Conv2d(1, 8, (5, 1), bias=False)", "1x1x64x100"),
    ('tf.nn.conv2d(x, filters=[2,2,3,2], strides=[1,5,5,1], padding="SAME")', "10x9x9x3"),
    ("Conv2d(3, 64, 19, bias=False)", "1x3x32x32"),
)
SOURCE = "torch.nn.Conv2d; tf.nn.conv2d; Sobel & Feldman 1968, in Duda & Hart, Pattern Classification and Scene Analysis"
SEE = ("why-odd", "channels", "parameters", "speech-convolution")

EDGE = [[0, 0, 0, 1, 1, 1]] * 3
FLAT = [[1, 1, 1, 1, 1, 1]] * 3
SOBEL = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
SMOOTH = [[1, 2, 1], [2, 4, 2], [1, 2, 1]]


def values() -> dict[str, Any]:
    row, kept = run("Conv1d(3, 3, 2)", "1x3x9"), run('Conv1d(3, 3, 2, padding="same")', "1x3x9")
    return {
        "c_in": 1, "k_h": 5, "k_w": 1, "c_out": 8, "weights": run(*CALLS[0]).params,
        "edge": EDGE[0], "flat": FLAT[0], "on_edge": slid(EDGE, SOBEL)[0], "on_flat": slid(FLAT, SOBEL)[0],
        "smooth": slid(EDGE, SMOOTH)[0], "share": sum(map(sum, SMOOTH)),
        "channels": row.input[1], "width": row.input[2], "kernel": 2, "real": row.output[2], "same": kept.output[2],
        "added": sum(kept.pads[0]),
    }  # fmt: skip
