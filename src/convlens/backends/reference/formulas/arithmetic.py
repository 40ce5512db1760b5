"""Arithmetic and functions of elements, after broadcasting."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from convlens.backends.reference.formulas import Array, formula
from convlens.backends.reference.formulas.special import SPECIAL

_OPERATIONS: dict[str, Any] = {"add": np.add, "sub": np.subtract, "mul": np.multiply}


@formula("add", "sub", "mul", "div")
def arithmetic(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """With one input the number is the second operand, or the first. Truth values add as "or" and multiply as "and"."""
    operands = [xs[0], xs[1] if len(xs) > 1 else np.asarray(op.scalar)]
    operands = operands[::-1] if len(xs) == 1 and getattr(op, "scalar_first", False) else operands
    if op.name != "div":
        return np.asarray(_OPERATIONS[op.name](*operands))
    quotient = np.true_divide(*operands)
    return {"none": quotient, "floor": np.floor(quotient), "trunc": np.trunc(quotient)}[op.rounding]


_UNARY: dict[str, Any] = {
    "abs": np.abs, "acos": np.arccos, "asin": np.arcsin, "atan": np.arctan, "ceil": np.ceil, "cos": np.cos, "cosh": np.cosh,
    "exp": np.exp, "expm1": np.expm1, "floor": np.floor,
    "frac": lambda x: x - np.trunc(x), "isfinite": np.isfinite, "isinf": np.isinf, "isnan": np.isnan, "log": np.log,
    "log10": np.log10, "log1p": np.log1p, "log2": np.log2, "logical_not": np.logical_not, "neg": np.negative,
    "reciprocal": lambda x: 1 / x, "round": np.round, "rsqrt": lambda x: 1 / np.sqrt(x), "sign": np.sign, "sin": np.sin,
    "sinh": np.sinh, "sqrt": np.sqrt, "square": lambda x: x * x, "tan": np.tan, "trunc": np.trunc,
    "nan_to_num": np.nan_to_num, "bitwise_not": np.invert, "acosh": np.arccosh, "asinh": np.arcsinh, "atanh": np.arctanh,
    "angle": np.angle, "conj": np.conj, "deg2rad": np.deg2rad, "exp2": np.exp2, "isneginf": lambda x: x == -np.inf,
    "isposinf": lambda x: x == np.inf, "logit": lambda x: np.log(x / (1 - x)), "rad2deg": np.rad2deg, "sgn": np.sign,
    "signbit": lambda x: np.signbit(x) if x.dtype.kind == "f" else x < 0, "sinc": np.sinc, "tril": np.tril, "triu": np.triu,
    **SPECIAL,
}  # fmt: skip
_REAL = frozenset(
    ["acos", "asin", "atan", "atan2", "cos", "cosh", "erf", "exp", "expm1", "log", "log10", "log1p", "log2", "reciprocal",
     "rsqrt", "sin", "sinh", "sqrt", "tan", "true_divide", "acosh", "angle", "asinh", "atanh", "copysign", "deg2rad", "exp2",
     "float_power", "hypot", "logaddexp", "logaddexp2", "logit", "nextafter", "rad2deg", "sinc", "xlogy", *SPECIAL]
)  # fmt: skip
"""Of whole numbers these are real ones; NumPy would make half precision of small ones."""
_BINARY: dict[str, Any] = {
    "atan2": np.arctan2, "eq": np.equal, "fmod": np.fmod, "floor_divide": np.floor_divide, "ge": np.greater_equal,
    "gt": np.greater, "le": np.less_equal, "logical_and": np.logical_and, "logical_or": np.logical_or,
    "logical_xor": np.logical_xor, "lt": np.less, "maximum": np.maximum, "minimum": np.minimum, "ne": np.not_equal,
    "pow": np.power, "remainder": np.mod, "bitwise_and": np.bitwise_and, "bitwise_or": np.bitwise_or,
    "bitwise_xor": np.bitwise_xor, "true_divide": np.true_divide, "bitwise_left_shift": np.left_shift,
    "bitwise_right_shift": np.right_shift, "complex": lambda x, y: x + 1j * y, "copysign": np.copysign,
    "float_power": np.float_power, "gcd": np.gcd, "heaviside": np.heaviside, "hypot": np.hypot, "lcm": np.lcm,
    "logaddexp": np.logaddexp, "logaddexp2": np.logaddexp2, "nextafter": np.nextafter,
    "polar": lambda size, turn: size * (np.cos(turn) + 1j * np.sin(turn)),
    "xlogy": lambda x, y: np.where((x == 0) & ~np.isnan(y), 0, x * np.log(y)),
}  # fmt: skip
_TERNARY: dict[str, Any] = {
    "addcdiv": lambda x, y, z: x + y / z, "addcmul": lambda x, y, z: x + y * z,
    "clamp": lambda x, low, high: np.minimum(np.maximum(x, low), high), "lerp": lambda x, y, w: x + w * (y - x),
    "masked_fill": lambda x, mask, value: np.where(mask, value, x), "where": np.where,
}  # fmt: skip
_WITH_NUMBER: dict[str, Any] = {
    "tril": lambda x, k: np.tril(x, int(k)), "triu": lambda x, k: np.triu(x, int(k)),
    "round": lambda x, digits: np.round(x, int(digits)), "nan_to_num": lambda x, number: np.nan_to_num(x, nan=number),
    "logit": lambda x, eps: _UNARY["logit"](np.clip(x, eps, 1 - eps)),
}  # fmt: skip
"""Functions of one tensor that a number tunes."""


@formula("elementwise")
def elementwise(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    numbers = [np.asarray(n) for n in (op.scalar, op.upper) if n is not None]
    if numbers and len(xs) == 3:
        return np.asarray(xs[0] + numbers[0] * ({"addcdiv": np.divide, "addcmul": np.multiply}[op.function](xs[1], xs[2])))
    operands = [*numbers, *xs] if op.scalar_first else [*xs, *numbers]
    if op.function in _REAL:
        operands = [x.astype(np.float64) if x.dtype.kind in "biu" else x for x in operands]
    if op.scalar is not None and op.function in _WITH_NUMBER:
        return np.asarray(_WITH_NUMBER[op.function](xs[0], op.scalar))
    return np.asarray({**_UNARY, **_BINARY, **_TERNARY}[op.function](*operands))


@formula("cast")
def cast(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """Rounded as that dtype rounds, where NumPy has it; real values are held in float64 all the same."""
    return xs[0].astype(op.dtype) if hasattr(np, op.dtype) else xs[0]


@formula("parameter", "constant")
def held(op: Any, xs: Sequence[Array], weights: Mapping[str, Array]) -> Array:
    return weights["value"]
