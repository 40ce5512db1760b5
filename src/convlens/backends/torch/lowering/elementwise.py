"""Functions of elements, with a number in place of one operand where the graph has one."""

from typing import Any

import torch
from torch import Tensor

from convlens.backends.torch.call import Call
from convlens.backends.torch.lowering import lowers, refuses
from convlens.ir.graph import Node

_TERNARY = ("addcdiv", "addcmul", "clamp", "lerp", "masked_fill", "where")
_BINARY = (
    "atan2", "bitwise_and", "bitwise_or", "bitwise_xor", "eq", "floor_divide", "fmod", "ge", "gt", "le", "logical_and",
    "logical_or", "logical_xor", "lt", "maximum", "minimum", "ne", "pow", "remainder", "true_divide",
)  # fmt: skip
_TENSORS_ONLY = ("atan2", "logical_and", "logical_or", "logical_xor", "maximum", "minimum")
"""What takes no number as its second operand."""


@lowers("elementwise")
def _elementwise(call: Call) -> Tensor:
    op = call.op
    operands: list[Any] = list(call.xs)
    if op.scalar is not None and len(operands) == 1 and op.function in _BINARY:
        operands.append(_number(op.scalar, call.x) if op.function in _TENSORS_ONLY else _whole(op.scalar, call.x))
    made: Tensor = getattr(torch, op.function)(*operands)
    return made


def _whole(number: float, x: Tensor) -> float | int:
    """The graph writes every number as a real one; a whole one keeps the dtype of whole numbers."""
    return int(number) if number.is_integer() and not x.is_floating_point() else number


def _number(number: float, x: Tensor) -> Tensor:
    return torch.tensor(
        _whole(number, x), dtype=x.dtype if x.is_floating_point() or number.is_integer() else None, device=x.device
    )


@refuses("elementwise")
def _missing(node: Node) -> str:
    function, scalar = node.op.settings()["function"], node.op.settings()["scalar"]
    wanted = 3 if function in _TERNARY else 2 if function in _BINARY else 1
    given = len(node.inputs) + (scalar is not None)
    if given >= wanted and not (wanted == 3 and scalar is not None):
        return ""
    return f"{function} takes {wanted} operands, of which the graph has {len(node.inputs)} tensors" + (
        f" and the number {scalar}" if scalar is not None else ""
    )
