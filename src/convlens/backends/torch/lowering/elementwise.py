"""Functions of elements, with a number in place of one operand where the graph has one."""

from typing import Any, cast

import torch
from torch import Tensor

from convlens.backends.torch.call import Call
from convlens.backends.torch.lowering import lowers, refuses
from convlens.ir.graph import Node

_TERNARY = ("addcdiv", "addcmul", "clamp", "lerp", "masked_fill", "where")
_BINARY = (
    "atan2", "bitwise_and", "bitwise_or", "bitwise_xor", "eq", "floor_divide", "fmod", "ge", "gt", "le", "logical_and",
    "logical_or", "logical_xor", "lt", "maximum", "minimum", "ne", "pow", "remainder", "true_divide", "bitwise_left_shift",
    "bitwise_right_shift", "complex", "copysign", "float_power", "gcd", "heaviside", "hypot", "lcm", "logaddexp", "logaddexp2",
    "nextafter", "polar", "xlogy",
)  # fmt: skip


_OPTIONS: dict[str, tuple[str, type]] = {
    "tril": ("diagonal", int), "triu": ("diagonal", int), "round": ("decimals", int), "nan_to_num": ("nan", float),
    "logit": ("eps", float),
}  # fmt: skip
"""What the number is to a function of one tensor."""


@lowers("elementwise")
def _elementwise(call: Call) -> Tensor:
    """Numbers are tensors without axes, but for the factor of addcdiv and addcmul."""
    op, function = call.op, getattr(torch, call.op.function)
    if op.function in _OPTIONS and op.scalar is not None:
        name, kind = _OPTIONS[op.function]
        return cast(Tensor, function(call.x, **{name: kind(op.scalar)}))
    operands: list[Any] = list(call.xs)
    if op.scalar is not None and len(operands) == 3:
        return cast(Tensor, function(*operands, value=op.scalar))
    numbers = [_number(n, call.x) for n in (op.scalar, op.upper) if n is not None]
    return cast(Tensor, function(*(numbers + operands if op.scalar_first else operands + numbers)))


def _number(number: float, x: Tensor) -> Tensor:
    """The graph writes every number as a real one; a whole one keeps the dtype of whole numbers."""
    real = x.is_floating_point() or x.is_complex() or not number.is_integer()
    dtype = x.dtype if x.is_floating_point() else None
    return torch.tensor(number if real else int(number), dtype=dtype, device=x.device)


@refuses("elementwise")
def _missing(node: Node) -> str:
    settings = node.op.settings()
    function, numbers = settings["function"], [n for n in (settings["scalar"], settings["upper"]) if n is not None]
    wanted = 3 if function in _TERNARY else 2 if function in _BINARY else 1
    given = len(node.inputs) + len(numbers)
    if given == wanted or (function in _OPTIONS and len(node.inputs) == 1) or (function in ("addcdiv", "addcmul") and given == 4):
        return ""
    return f"{function} takes {wanted} operands; the graph has {len(node.inputs)} tensors and the numbers {numbers}"
