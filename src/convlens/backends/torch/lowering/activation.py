"""Activations with settings beyond PyTorch's."""

import torch
import torch.nn.functional as F
from torch import Tensor

from convlens.backends.torch.call import Call
from convlens.backends.torch.lowering import lowers

_SOFT = {"softmax": F.softmax, "log_softmax": F.log_softmax, "softmin": F.softmin}


@lowers(*_SOFT)
def _softmax(call: Call) -> Tensor:
    return _SOFT[call.op.name](call.x, call.op.over(call.specs[0]))


@lowers("threshold")
def _threshold(call: Call) -> Tensor:
    op = call.op
    below = op.value + op.slope * (call.x - op.threshold) if op.slope else torch.full_like(call.x, op.value)
    return torch.where(call.x > op.threshold, call.x, below)


@lowers("softshrink")
def _softshrink(call: Call) -> Tensor:
    op, x = call.op, call.x
    if op.bias is None:
        return F.softshrink(x, op.lambd)
    return torch.where(x > op.lambd, x - op.bias, torch.where(x < -op.lambd, x + op.bias, torch.zeros_like(x)))
