"""Another dtype."""

import torch
from torch import Tensor

from convlens.backends.torch.call import Call
from convlens.backends.torch.lowering import lowers


@lowers("cast")
def _cast(call: Call) -> Tensor:
    return call.x.to(getattr(torch, call.op.dtype))
