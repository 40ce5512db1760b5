"""Tensors that the network holds, and the input itself."""

from torch import Tensor

from convlens.backends.torch.call import Call
from convlens.backends.torch.lowering import lowers


@lowers("parameter", "constant")
def _held(call: Call) -> Tensor:
    return call.weights["value"]


@lowers("identity")
def _identity(call: Call) -> Tensor:
    return call.x
