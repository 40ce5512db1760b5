"""Convolution: uneven padding, cropping and padding modes are a padded input first."""

import torch.nn.functional as F
from torch import Tensor

from convlens.backends.torch.call import Call
from convlens.backends.torch.lowering import lowers

CONVOLUTIONS = (F.conv1d, F.conv2d, F.conv3d)


@lowers("conv")
def _conv(call: Call) -> Tensor:
    op, pads = call.op, call.op.pads(call.specs[0])
    even = op.padding_mode == "zeros" and all(0 <= low == high for low, high in pads)
    x = call.x if even else padded(call.x, pads, op.padding_mode)
    return CONVOLUTIONS[op.axes - 1](
        x,
        call.weights["weight"],
        call.weights.get("bias"),
        op.stride,
        [low for low, _ in pads] if even else 0,
        op.dilation,
        op.groups,
    )


def padded(x: Tensor, pads: tuple[tuple[int, int], ...], mode: str = "zeros", value: float = 0.0) -> Tensor:
    """``pads`` for each of the last axes; a negative number crops."""
    flat = [n for pair in reversed(pads) for n in pair]
    return F.pad(x, flat, value=value) if mode == "zeros" else F.pad(x, flat, mode=mode)
