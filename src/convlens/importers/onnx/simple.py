"""Operators whose ONNX form our spelling table states whole: tensors in, attributes that are settings."""

from typing import Any

from convlens.importers.onnx.build import Builder
from convlens.importers.onnx.call import Call, NoReaderError
from convlens.importers.onnx.tensor import Constant, Number, Tensor
from convlens.importers.spelled import bind, calls_of
from convlens.ir.errors import UsageError

_OBSOLETE = ("consumed_inputs",)
"""Attributes of operator set 1 that say nothing about the computation."""


def simple(call: Call, builder: Builder) -> list[Tensor]:
    """Read a call by its spelling."""
    entry = calls_of("onnx").get(call.op_type)
    if entry is None:
        raise NoReaderError
    attributes = {name: value for name, value in call.attributes.items() if name not in _OBSOLETE}
    try:
        bound = bind(entry.spelling, call.inputs, attributes)
    except UsageError:
        raise NoReaderError from None
    if bound.weights or not bound.data:
        raise NoReaderError
    tensors, scalar = operands(bound.data)
    extra: dict[str, Any] = {"scalar": scalar} if scalar is not None and "scalar" in entry.op.fields else {}
    return list(builder.emit(call, entry.op.name, tensors if extra else bound.data, **bound.settings, **extra))


def operands(inputs: list[Tensor]) -> tuple[list[Tensor], Number | None]:
    """The tensors among two operands, and the second operand where it is a fixed number."""
    if len(inputs) == 2:
        number = fixed_number(inputs[1], inputs[0])
        if number is not None:
            return inputs[:1], number
    return inputs, None


def fixed_number(x: Tensor, beside: Tensor) -> Number | None:
    """The value of a constant that is one number and not trained."""
    if not isinstance(x, Constant) or x.spec.numel != 1 or x.spec.rank > beside.spec.rank or x.trained:
        return None
    return x.values.items[0] if x.values is not None and x.spec.dtype != "bool" else None
