"""A kernel over three channels: three inner products, one sum, one map."""

from typing import Any

from convlens.explanations.example import run
from convlens.explanations.sliding import slid, summed

FORMULA = "weights = c_in*k*k"
CALLS = (("Conv2d(3, 1, 5, bias=False)", "1x3x32x32"), ("Conv2d(3, 6, 5, bias=False)", "1x3x32x32"))
SOURCE = "torch.nn.Conv2d; Stanford CS231n notes, Convolutional Neural Networks"
SEE = ("parameters", "one-by-one", "depthwise", "groups")

PICTURES = ([[1, 2], [0, 1]], [[0, 1], [1, 0]], [[2, 0], [0, 1]])
KERNELS = ([[1, 0], [0, 1]], [[1, 1], [1, 1]], [[0, 1], [2, 3]])


def values() -> dict[str, Any]:
    parts = [slid(picture, kernel) for picture, kernel in zip(PICTURES, KERNELS, strict=True)]
    total = summed(summed(parts[0], parts[1]), parts[2])
    one, several = run(*CALLS[0]), run(*CALLS[1])
    return {
        "c_in": one.input[1], "k": 5, "weights": one.params, "flat": 5 * 5,
        "red": parts[0][0][0], "green": parts[1][0][0], "blue": parts[2][0][0], "total": total[0][0],
        "maps": several.output[1], "single": one.output[1], "size": one.output[2],
    }  # fmt: skip
