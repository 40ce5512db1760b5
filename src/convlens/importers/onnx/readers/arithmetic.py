"""Arithmetic. Source: ONNX Add-14, Sub-14, Mul-14, Div-14, Pow-15, Sum-13, Mean-13, Max-13, Min-13, Mod-13, IsInf-20;
broadcasting by ``axis`` before operator set 7.
"""

from collections.abc import Sequence
from typing import Any

from convlens.importers.onnx.build import Builder
from convlens.importers.onnx.call import Call, NoReaderError
from convlens.importers.onnx.readers import reads
from convlens.importers.onnx.simple import operands
from convlens.importers.onnx.tensor import Tensor

_BINARY = {"Add": "add", "Sub": "sub", "Mul": "mul", "Div": "div"}
_CHAINED = {"Sum": "add", "Mean": "add", "Max": "maximum", "Min": "minimum"}
_UNARY = {"Mod": "remainder", "Pow": "pow", "IsInf": "isinf"}


@reads(*_BINARY)
def binary(call: Call, builder: Builder) -> Sequence[Tensor]:
    """Two tensors, or a tensor and a fixed number. Whole numbers divide towards zero and stay whole."""
    x, y = call.tensor(0), call.tensor(1)
    tensors, scalar = operands([x, _legacy(call, builder, x, y)])
    if scalar is None and _BINARY[call.op_type] in ("add", "mul") and operands([y, x])[1] is not None:
        tensors, scalar = operands([y, x])
    extra: dict[str, Any] = {} if scalar is None else {"scalar": scalar}
    if call.op_type == "Div" and not any(operand.spec.floating for operand in (x, y)):
        extra["rounding"] = "trunc"
    return builder.emit(call, _BINARY[call.op_type], tensors, **extra)


@reads(*_UNARY)
def with_attributes(call: Call, builder: Builder) -> Sequence[Tensor]:
    """Functions whose attributes change no shape and no cost. A power has the dtype of its base."""
    tensors, scalar = operands([x for x in call.inputs if x is not None])
    if not tensors:
        raise NoReaderError
    y = builder.one(call, "elementwise", tensors, function=_UNARY[call.op_type], scalar=scalar)
    dtype = call.tensor(0).spec.dtype
    if call.op_type == "Pow" and y.spec.dtype != dtype:
        return builder.emit(call, "cast", [y], part="rounded", dtype=dtype)
    return [y]


@reads(*_CHAINED)
def chained(call: Call, builder: Builder) -> Sequence[Tensor]:
    """Any number of inputs: two at a time, and for the mean a division at the end."""
    total = call.tensor(0)
    rest = [x for x in call.inputs[1:] if x is not None]
    op = _CHAINED[call.op_type]
    for i, x in enumerate(rest, 1):
        part = "" if i == len(rest) and call.op_type != "Mean" else str(i)
        if op == "add":
            total = builder.one(call, "add", [total, x], part=part)
        else:
            total = builder.one(call, "elementwise", [total, x], part=part, function=op)
    if call.op_type == "Mean" and rest:
        return builder.emit(call, "div", [total], scalar=len(rest) + 1)
    return [total] if rest else builder.emit(call, "identity", [total])


def _legacy(call: Call, builder: Builder, x: Tensor, y: Tensor) -> Tensor:
    """Before operator set 7 ``axis`` says with which axis of x the first axis of y is aligned."""
    axis = call.attr("axis", kind=int) if call.opset < 7 else None
    if axis is None or not call.attr("broadcast", 0):
        return y
    behind = x.spec.rank - axis % max(x.spec.rank, 1) - y.spec.rank
    return builder.reshape(call, y, (*y.spec.dims, *(1,) * behind), part="aligned") if behind > 0 else y
