"""Average pooling: what PyTorch's own function cannot say is sums of windows, divided by how many values each holds."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from convlens.backends.torch.call import Call
from convlens.backends.torch.lowering import lowers
from convlens.backends.torch.lowering.conv import CONVOLUTIONS, padded


@lowers("avg_pool")
def _avg_pool(call: Call) -> Tensor:
    op, pads = call.op, call.op.pads(call.specs[0])
    even = all(0 <= low == high <= k // 2 for (low, high), k in zip(pads, op.kernel, strict=True))
    if not even or max(op.dilation) > 1 or (op.axes == 1 and op.divisor):
        return _in_general(call, pads)
    args = (call.x, op.kernel, op.steps(), [low for low, _ in pads], op.ceil_mode, op.count_include_pad)
    if op.axes == 1:
        return F.avg_pool1d(*args)
    return F.avg_pool2d(*args, op.divisor) if op.axes == 2 else F.avg_pool3d(*args, op.divisor)


def _in_general(call: Call, pads: tuple[tuple[int, int], ...]) -> Tensor:
    op, counts, divisor = call.op, call.op.windows(call.specs[0]), call.op.divisor
    sums = window_sums(padded(call.x, pads), op, counts)
    if divisor:
        return sums.div(divisor)
    ones = padded(torch.ones_like(call.x), pads, value=1.0 if op.count_include_pad else 0.0)
    return sums / window_sums(ones, op, counts)


def window_sums(x: Tensor, op: Any, counts: tuple[int, ...]) -> Tensor:
    """The sum of each window of a padded input; a window that reaches over the end reads zeros there."""
    kernel, steps, dilation = op.kernel, op.steps(), op.dilation
    axes, channels = len(kernel), x.shape[-len(kernel) - 1]
    ends = [(c - 1) * s + d * (k - 1) + 1 for c, s, d, k in zip(counts, steps, dilation, kernel, strict=True)]
    fitted = padded(x, tuple((0, end - size) for end, size in zip(ends, x.shape[-axes:], strict=True)))
    ones = torch.ones(channels, 1, *kernel, dtype=x.dtype, device=x.device)
    return CONVOLUTIONS[axes - 1](fitted, ones, None, steps, 0, dilation, channels)
