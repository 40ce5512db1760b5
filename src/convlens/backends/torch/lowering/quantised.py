"""Between real values and small whole numbers."""

import torch
from torch import Tensor

from convlens.backends.torch.call import Call
from convlens.backends.torch.lowering import lowers, refuses
from convlens.ir.graph import Node


@lowers("quantize")
def _quantize(call: Call) -> Tensor:
    dtype = getattr(torch, call.op.dtype)
    limits = torch.iinfo(dtype)
    scale, zero = _numbers(call)
    return torch.clamp(torch.round(call.x / scale) + zero, limits.min, limits.max).to(dtype)


@lowers("dequantize")
def _dequantize(call: Call) -> Tensor:
    scale, zero = _numbers(call)
    dtype = getattr(torch, call.op.dtype)
    return ((call.x.to(dtype) - zero) * scale).to(dtype)


def _numbers(call: Call) -> tuple[Tensor, Tensor]:
    """Scale and zero point in the dtype of the real values, along their axis."""
    op, x = call.op, call.x
    dtype = x.dtype if op.name == "quantize" else getattr(torch, op.dtype)
    made = [torch.tensor(each, dtype=dtype, device=x.device) for each in (op.scale, op.zero_point)]
    shape = [-1 if axis == op.axis % x.dim() else 1 for axis in range(x.dim())] if x.dim() else []
    scale, zero = (each.reshape(shape) if each.numel() > 1 else each.reshape(()) for each in made)
    return scale, zero


@refuses("quantize")
def _without_numbers(node: Node) -> str:
    settings = node.op.settings()
    if settings["scale"] is None:
        return "the graph does not hold its scale and zero point"
    return f"its values are {settings['dtype']}" if settings["dtype"].startswith("float8") else ""


refuses("dequantize")(_without_numbers)
