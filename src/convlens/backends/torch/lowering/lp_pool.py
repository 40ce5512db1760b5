"""Power-average pooling: PyTorch's function has no padding; with it, the powers are summed window by window."""

import torch.nn.functional as F
from torch import Tensor

from convlens.backends.torch.call import Call
from convlens.backends.torch.lowering import lowers
from convlens.backends.torch.lowering.avg_pool import window_sums
from convlens.backends.torch.lowering.conv import padded


@lowers("lp_pool")
def _lp_pool(call: Call) -> Tensor:
    op, pads = call.op, call.op.pads(call.specs[0])
    if any(map(any, pads)) or max(op.dilation) > 1:
        sums = window_sums(padded(call.x, pads).pow(op.p), op, op.windows(call.specs[0]))
        return sums.pow(1 / op.p)
    if op.axes == 1:
        return F.lp_pool1d(call.x, op.p, op.kernel[0], op.steps()[0], op.ceil_mode)
    return (F.lp_pool2d, F.lp_pool3d)[op.axes - 2](call.x, op.p, op.kernel, op.steps(), op.ceil_mode)
