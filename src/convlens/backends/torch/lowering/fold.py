"""Windows as columns and back, under the names that users call them by."""

import torch.nn.functional as F
from torch import Tensor

from convlens.backends.torch.call import Call
from convlens.backends.torch.lowering import lowers
from convlens.backends.torch.lowering.conv import padded


@lowers("unfold")
def _unfold(call: Call) -> Tensor:
    op = call.op
    return F.unfold(padded(call.x, op.padding), op.kernel, op.dilation, 0, op.stride)


@lowers("fold")
def _fold(call: Call) -> Tensor:
    """Folded onto the padded image, whose padding is cut off."""
    op = call.op
    wide = tuple(size + low + high for size, (low, high) in zip(op.size, op.padding, strict=True))
    made = F.fold(call.x, wide, op.kernel, op.dilation, 0, op.stride)
    return padded(made, tuple((-low, -high) for low, high in op.padding))
