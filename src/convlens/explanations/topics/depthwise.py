"""Every channel with kernels of its own; summing the channels first is something else."""

from typing import Any

from convlens.explanations.example import run
from convlens.explanations.sliding import slid, summed
from convlens.ir.errors import ConvlensError

FORMULA = "c_out = c_in*m"
CALLS = (
    ('tf.nn.depthwise_conv2d(x, [2,2,3,2], strides=[1,1,1,1], padding="SAME")', "10x9x9x3"),
    ("Conv2d(3, 6, 3, groups=3, bias=False)", "1x3x9x9"),
)
SOURCE = "tf.nn.depthwise_conv2d; Chollet, Xception, arXiv:1610.02357"
SEE = ("groups", "separable", "channels")

FIRST, SECOND = [[1, 2], [3, 4]], [[5, 0], [1, 2]]
KERNELS = ([[1, 0], [0, 1]], [[0, 2], [1, 0]])


def _apart_and_together(kernels: tuple[list[list[int]], list[list[int]]]) -> tuple[Any, Any]:
    """Each channel with its own kernel, then the sum; and the sum of the channels with the first kernel."""
    apart = summed(slid(FIRST, kernels[0]), slid(SECOND, kernels[1]))[0][0]
    return apart, slid(summed(FIRST, SECOND), kernels[0])[0][0]


def _refused() -> str:
    try:
        run('tf.nn.depthwise_conv2d(x, [2,2,3,2], strides=[1,2,2,1], padding="SAME", dilations=[2,2])', "10x9x9x3")
    except ConvlensError as error:
        return str(error).split("\n", 1)[0].partition("; ")[0].partition(": ")[2]
    raise AssertionError("strides and dilation together are refused")


def values() -> dict[str, Any]:
    apart, together = _apart_and_together(KERNELS)
    equal_apart, equal_together = _apart_and_together((KERNELS[0], KERNELS[0]))
    return {
        "c_in": 3, "m": 2, "c_out": run(*CALLS[0]).output[3], "apart": apart, "together": together,
        "equal_apart": equal_apart, "equal_together": equal_together, "refused": _refused(),
    }  # fmt: skip
