"""Operators of Python (``x + 1``, ``2 - x``, ``x @ y``) and functions of elements, with numbers among the operands."""

from functools import lru_cache
from typing import Any

import torch

from convlens.importers.torch.opaque import opaque, undetermined
from convlens.importers.torch.readers import READERS, reads
from convlens.importers.torch.table import from_table
from convlens.importers.torch.trace import Trace
from convlens.ir.op import Op
from convlens.ops.add import Add
from convlens.ops.div import Div
from convlens.ops.elementwise import Elementwise
from convlens.ops.matmul import Matmul
from convlens.ops.mul import Mul
from convlens.ops.reduce import Reduce
from convlens.ops.sub import Sub
from convlens.ops.unsqueeze import Unsqueeze

_ARITHMETIC = {
    Add: ("add", "__add__", "__radd__", "__iadd__"),
    Sub: ("sub", "subtract", "__sub__", "__rsub__", "__isub__", "rsub"),
    Mul: ("mul", "multiply", "__mul__", "__rmul__", "__imul__"),
    Div: ("div", "divide", "true_divide", "__truediv__", "__rtruediv__", "__itruediv__", "__div__", "__rdiv__"),
}
_FUNCTIONS = {
    "pow": ("pow", "__pow__", "__rpow__", "__ipow__"),
    "floor_divide": ("floor_divide", "__floordiv__", "__rfloordiv__"),
    "remainder": ("remainder", "__mod__", "__rmod__"),
    "maximum": ("maximum", "fmax"),
    "minimum": ("minimum", "fmin"),
    "neg": ("neg", "negative", "__neg__"),
    "abs": ("abs", "absolute", "__abs__"),
    "eq": ("eq", "__eq__"), "ne": ("ne", "__ne__", "not_equal"), "lt": ("lt", "__lt__", "less"),
    "le": ("le", "__le__", "less_equal"), "gt": ("gt", "__gt__", "greater"), "ge": ("ge", "__ge__", "greater_equal"),
    "logical_and": ("logical_and",), "logical_or": ("logical_or",), "logical_xor": ("logical_xor",),
    "bitwise_and": ("bitwise_and", "__and__", "__rand__", "__iand__"),
    "bitwise_or": ("bitwise_or", "__or__", "__ror__", "__ior__"),
    "bitwise_xor": ("bitwise_xor", "__xor__", "__rxor__"), "bitwise_not": ("bitwise_not", "__invert__"),
    **{name: (name,) for name in (
        "acosh", "angle", "asinh", "atanh", "bernoulli", "complex", "copysign", "deg2rad", "digamma", "erfc",
        "exp2", "float_power", "gcd", "heaviside", "hypot", "i0", "isneginf", "isposinf", "lcm", "lgamma", "logaddexp",
        "logaddexp2", "logit", "nextafter", "polar", "rad2deg", "sgn", "signbit", "sinc", "tril", "triu", "xlogy",
        "acos", "addcdiv", "addcmul", "asin", "atan", "atan2", "ceil", "cos", "cosh", "erf", "exp", "expm1", "floor",
        "fmod", "frac", "isfinite", "isinf", "isnan", "lerp", "log", "log10", "log1p", "log2", "logical_not",
        "masked_fill", "nan_to_num", "reciprocal", "round", "rsqrt", "sign", "sin", "sinh", "sqrt", "square", "tan",
        "trunc",
    )},
    "bitwise_left_shift": ("bitwise_left_shift", "__lshift__", "__rlshift__", "__ilshift__"),
    "bitwise_right_shift": ("bitwise_right_shift", "__rshift__", "__rrshift__", "__irshift__"),
    "conj": ("conj", "_conj", "conj_physical", "_conj_physical"), "erfinv": ("erfinv", "special_erfinv"),
}  # fmt: skip


def _register() -> None:
    for kind, names in _ARITHMETIC.items():
        READERS.update({name: _binary(kind, turned=_is_turned(name)) for name in names})
    for function, names in _FUNCTIONS.items():
        READERS.update({name: _function(function, turned=_is_turned(name)) for name in names})


def _is_turned(name: str) -> bool:
    """``2 - x`` calls ``x.__rsub__(2)``.

    >>> _is_turned("__rsub__"), _is_turned("rsub"), _is_turned("round")
    (True, True, False)
    """
    return name.startswith("__r") or name == "rsub"


def _binary(kind: type[Op], *, turned: bool) -> Any:
    def read(trace: Trace, *args: Any, alpha: float = 1, rounding_mode: str | None = None, **kwargs: Any) -> Any:
        first, second = (*args, *(v for k, v in kwargs.items() if k in ("other", "input")))
        if alpha != 1:
            second = alpha * second if isinstance(second, int | float) else trace.emit(Mul(scalar=alpha), [second])[0]
        settings = {"rounding": rounding_mode} if rounding_mode else {}
        return _emit(trace, kind, settings, [second, first] if turned else [first, second])

    return read


def _function(function: str, *, turned: bool) -> Any:
    def read(trace: Trace, *args: Any, **kwargs: Any) -> Any:
        return mapped(trace, function, args[::-1] if turned else args, kwargs)

    return read


def mapped(trace: Trace, function: str, args: Any, kwargs: Any) -> Any:
    operands = [*args, *(v for v in kwargs.values() if isinstance(v, torch.Tensor | int | float))]
    return _emit(trace, Elementwise, {"function": function}, operands)


@reads("where")
def _where(trace: Trace, condition: Any, *operands: Any, **kwargs: Any) -> Any:
    """Alone, the condition gives the places where it is true."""
    if not operands and not kwargs:
        if trace.real:
            return opaque(trace, torch.where, (condition,), {})
        undetermined(trace, "torch.where", (condition,))
    return mapped(trace, "where", (condition, *operands), kwargs)


def _emit(trace: Trace, kind: type[Op], settings: dict[str, Any], operands: list[Any]) -> Any:
    """A number before or behind the tensors is a setting; one between them, or two, are not recorded."""
    tensors = [x for x in operands if isinstance(x, torch.Tensor)][:3]
    numbers = [x for x in operands if isinstance(x, int | float) and not isinstance(x, bool)]
    if len(numbers) == 1 and operands[-1] is numbers[0]:
        settings = {**settings, "scalar": float(numbers[0])}
    elif len(numbers) == 1 and operands[0] is numbers[0]:
        settings = {**settings, "scalar": float(numbers[0]), **({"scalar_first": True} if "scalar_first" in kind.fields else {})}
    return trace.emit(_operator(kind, **settings), tensors)[0]  # type: ignore[arg-type]  # a class is hashable


@lru_cache(maxsize=1024)
def _operator(kind: type[Op], **settings: Any) -> Op:
    """Networks repeat their arithmetic."""
    return kind(**settings)


@reads("clamp", "clip")
def _clamp(trace: Trace, x: Any, min: Any = None, max: Any = None) -> Any:  # noqa: A002 - PyTorch's names
    """With one bound it is a maximum or a minimum."""
    if min is None or max is None:
        return mapped(trace, "minimum" if min is None else "maximum", (x, max if min is None else min), {})
    if isinstance(min, torch.Tensor) or isinstance(max, torch.Tensor):
        return mapped(trace, "clamp", (x, min, max), {})
    return trace.emit(Elementwise(function="clamp", scalar=float(min), upper=float(max)), [x])[0]


@reads("clamp_min", "clamp_min_")
def _clamp_min(trace: Trace, x: Any, min: Any) -> Any:  # noqa: A002 - PyTorch's names
    return mapped(trace, "maximum", (x, min), {})


@reads("clamp_max", "clamp_max_")
def _clamp_max(trace: Trace, x: Any, max: Any) -> Any:  # noqa: A002 - PyTorch's names
    return mapped(trace, "minimum", (x, max), {})


@reads("matmul", "__matmul__", "bmm", "mm", "mv", "dot", "vdot")
def _matmul(trace: Trace, x: Any, y: Any = None, **kwargs: Any) -> Any:
    return trace.emit(Matmul(), [x, next(iter(kwargs.values())) if y is None else y])[0]


@reads("__rmatmul__")
def _rmatmul(trace: Trace, y: Any, x: Any) -> Any:
    return trace.emit(Matmul(), [x, y])[0]


@reads("addmm", "addmv", "baddbmm")
def _addmm(trace: Trace, bias: Any, x: Any, y: Any, **_: Any) -> Any:
    (product,) = trace.emit(Matmul(), [x, y])
    return trace.emit(Add(), [product, bias])[0]


@reads("addbmm")
def _addbmm(trace: Trace, bias: Any, x: Any, y: Any, **_: Any) -> Any:
    """The products of the whole batch, added up."""
    (products,) = trace.emit(Matmul(), [x, y])
    return trace.emit(Add(), [trace.emit(Reduce(function="sum", over=(0,)), [products])[0], bias])[0]


@reads("addr")
def _addr(trace: Trace, bias: Any, x: Any, y: Any, **_: Any) -> Any:
    """Every product of one value of each: nothing is accumulated, so it is an element-wise multiplication."""
    (column,) = trace.emit(Unsqueeze(at=(1,)), [x])
    return trace.emit(Add(), [trace.emit(Mul(), [column, y])[0], bias])[0]


@reads("linear", weights=True)
def _linear(trace: Trace, x: Any, weight: Any, bias: Any = None) -> Any:
    """A weight of one axis makes one value of each row."""
    if weight.dim() != 1:
        return from_table(trace, "linear", (x, weight, bias), {})
    (product,) = trace.emit(Matmul(), [x, weight])
    return product if bias is None else trace.emit(Add(), [product, bias])[0]


_register()
