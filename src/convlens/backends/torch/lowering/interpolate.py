"""Resizing: a scale stays a scale, because PyTorch reads other places than for the size that it gives."""

import torch.nn.functional as F
from torch import Tensor

from convlens.backends.torch.call import Call
from convlens.backends.torch.lowering import lowers


@lowers("interpolate")
def _interpolate(call: Call) -> Tensor:
    op, axes = call.op, call.x.dim() - 2
    corners = op.align_corners if op.mode.endswith(("linear", "cubic")) else None
    size, scale = (each * axes if each and len(each) == 1 else each for each in (op.size, op.scale))
    return F.interpolate(call.x, size, scale, op.mode, corners, antialias=op.antialias)
