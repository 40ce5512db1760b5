"""Sums, differences, products and quotients, of two tensors or of one and a number."""

from typing import Any

import torch
from torch import Tensor

from convlens.backends.torch.call import Call
from convlens.backends.torch.lowering import lowers, refuses
from convlens.ir.graph import Node

_FUNCTIONS: dict[str, Any] = {"add": torch.add, "sub": torch.sub, "mul": torch.mul}


@lowers(*_FUNCTIONS)
def _binary(call: Call) -> Tensor:
    made: Tensor = _FUNCTIONS[call.op.name](call.x, call.xs[1] if len(call.xs) > 1 else call.op.scalar)
    return made


@lowers("div")
def _div(call: Call) -> Tensor:
    other = call.xs[1] if len(call.xs) > 1 else call.op.scalar
    return torch.div(call.x, other, rounding_mode=None if call.op.rounding == "none" else call.op.rounding)


def _second(node: Node) -> str:
    return "" if len(node.inputs) > 1 or getattr(node.op, "scalar", None) is not None else "its second operand is not recorded"


for _name in (*_FUNCTIONS, "div"):
    refuses(_name)(_second)
