"""Padding, whose pairs PyTorch lists from the last axis on."""

import torch.nn.functional as F
from torch import Tensor

from convlens.backends.torch.call import Call
from convlens.backends.torch.lowering import lowers


@lowers("pad")
def _pad(call: Call) -> Tensor:
    op = call.op
    flat = [n for pair in reversed(list(zip(op.before, op.after, strict=True))) for n in pair]
    return F.pad(call.x, flat, value=op.value) if op.mode == "constant" else F.pad(call.x, flat, mode=op.mode)
