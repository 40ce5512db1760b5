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
    made: Tensor = _FUNCTIONS[call.op.name](*_operands(call))
    return made


@lowers("div")
def _div(call: Call) -> Tensor:
    return torch.div(*_operands(call), rounding_mode=None if call.op.rounding == "none" else call.op.rounding)


def _operands(call: Call) -> tuple[Tensor, Tensor]:
    """A number is a tensor without axes, which decides nothing about the dtype beside a tensor of the same kind."""
    if len(call.xs) > 1:
        return call.xs[0], call.xs[1]
    number = call.op.scalar
    whole = number.is_integer() and not (call.x.is_floating_point() or call.x.is_complex())
    other = torch.tensor(int(number) if whole else number, device=call.x.device)
    return (other, call.x) if getattr(call.op, "scalar_first", False) else (call.x, other)


def _second(node: Node) -> str:
    return "" if len(node.inputs) > 1 or getattr(node.op, "scalar", None) is not None else "its second operand is not recorded"


for _name in (*_FUNCTIONS, "div"):
    refuses(_name)(_second)
