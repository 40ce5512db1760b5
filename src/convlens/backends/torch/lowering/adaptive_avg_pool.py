"""Adaptive average pooling: a mean over everything has a cheaper gradient as a sum that is divided."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from convlens.backends.torch.call import Call
from convlens.backends.torch.lowering import lowers

_POOLINGS: tuple[Callable[..., Any], ...] = (F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d)
_WIDE = (torch.bfloat16, torch.float32, torch.float64)
"""Kinds of numbers in which the sum of an image cannot overflow where its mean does not."""


@lowers("adaptive_avg_pool")
def _adaptive_avg_pool(call: Call) -> Tensor:
    """PyTorch's gradient of a mean is written out at full size, that of a sum only says so: a third of the time."""
    op = call.op
    if call.training and set(op.size) == {1} and call.x.dtype in _WIDE:
        shape = call.x.shape[-op.axes :]
        return call.x.sum(tuple(range(-op.axes, 0)), keepdim=True) / shape.numel()
    made: Tensor = _POOLINGS[op.axes - 1](call.x, [size or None for size in op.size])
    return made
