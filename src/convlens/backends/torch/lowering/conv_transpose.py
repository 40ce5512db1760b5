"""Transposed convolution: uneven padding is cut off afterwards."""

import torch.nn.functional as F
from torch import Tensor

from convlens.backends.torch.call import Call
from convlens.backends.torch.lowering import lowers
from convlens.backends.torch.lowering.conv import padded

TRANSPOSED = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)


@lowers("conv_transpose")
def _conv_transpose(call: Call) -> Tensor:
    op = call.op
    least = [min(pair) for pair in op.padding]
    cut = tuple((small - low, small - high) for small, (low, high) in zip(least, op.padding, strict=True))
    if min(least) < 0:
        least, cut = [0] * op.axes, tuple((-low, -high) for low, high in op.padding)
    made = TRANSPOSED[op.axes - 1](
        call.x, call.weights["weight"], call.weights.get("bias"), op.stride, least, op.output_padding, op.groups, op.dilation
    )
    return padded(made, cut) if any(map(any, cut)) else made
