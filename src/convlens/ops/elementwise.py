"""Mathematical functions, comparisons and selections, element by element."""

from typing import Annotated

from convlens.ir.backward import NOTHING, Saved, Wanted
from convlens.ir.errors import ShapeError
from convlens.ir.op import Inputs, Outputs
from convlens.ir.setting import Bool, OptionalNumber, Word
from convlens.ir.spec import TensorSpec
from convlens.ir.spelling import Spelling, const, data, ignored, spell
from convlens.ops._pointwise import Broadcast, floating

_UNARY = {
    "abs": "Abs", "acos": "Acos", "asin": "Asin", "atan": "Atan", "ceil": "Ceil", "cos": "Cos", "cosh": "Cosh",
    "erf": "Erf", "exp": "Exp", "expm1": "", "floor": "Floor", "frac": "", "isfinite": "", "isinf": "IsInf",
    "isnan": "IsNaN", "log": "Log", "log10": "", "log1p": "", "log2": "", "logical_not": "Not", "neg": "Neg",
    "reciprocal": "Reciprocal", "round": "Round", "rsqrt": "", "sign": "Sign", "sin": "Sin", "sinh": "Sinh",
    "sqrt": "Sqrt", "square": "", "tan": "Tan", "trunc": "", "nan_to_num": "", "bitwise_not": "BitwiseNot",
    "acosh": "Acosh", "asinh": "Asinh", "atanh": "Atanh", "angle": "", "bernoulli": "", "conj": "", "deg2rad": "", "digamma": "",
    "erfc": "", "erfinv": "", "exp2": "", "i0": "", "isneginf": "", "isposinf": "", "lgamma": "", "logit": "", "rad2deg": "",
    "sgn": "", "signbit": "", "sinc": "", "tril": "", "triu": "",
}  # fmt: skip
_BINARY = {
    "atan2": "", "eq": "Equal", "fmod": "", "floor_divide": "", "ge": "GreaterOrEqual", "gt": "Greater",
    "le": "LessOrEqual", "logical_and": "And", "logical_or": "Or", "logical_xor": "Xor", "lt": "Less",
    "maximum": "Max", "minimum": "Min", "ne": "", "pow": "Pow", "remainder": "Mod", "bitwise_and": "BitwiseAnd",
    "bitwise_or": "BitwiseOr", "bitwise_xor": "BitwiseXor", "true_divide": "", "bitwise_left_shift": "",
    "bitwise_right_shift": "", "complex": "", "copysign": "", "float_power": "",
    "gcd": "", "heaviside": "", "hypot": "", "lcm": "", "logaddexp": "", "logaddexp2": "", "nextafter": "", "polar": "",
    "xlogy": "",
}  # fmt: skip
_TERNARY = {"addcdiv": "", "addcmul": "", "clamp": "Clip", "lerp": "", "masked_fill": "", "where": "Where"}
_BOOLEAN = frozenset(
    [
        "eq",
        "ge",
        "gt",
        "le",
        "lt",
        "ne",
        "isfinite",
        "isinf",
        "isnan",
        "logical_and",
        "logical_not",
        "logical_or",
        "logical_xor",
        "isneginf",
        "isposinf",
        "signbit",
    ]
)
_FLOATING = frozenset(
    ["acos", "asin", "atan", "atan2", "cos", "cosh", "erf", "exp", "expm1", "log", "log10", "log1p", "log2", "reciprocal",
     "rsqrt", "sin", "sinh", "sqrt", "tan", "true_divide", "acosh", "asinh", "atanh", "angle", "copysign", "deg2rad", "digamma",
     "erfc", "erfinv", "exp2", "i0", "lgamma", "logit", "rad2deg", "sinc", "xlogy"]
)  # fmt: skip
_REAL = {"complex32": "float16", "complex64": "float32", "complex128": "float64"}
_COMPLEX = {real: pair for pair, real in _REAL.items()}

_FROM_OUTPUT = frozenset(["exp", "expm1", "reciprocal", "rsqrt", "sqrt", "tan"])
"""Functions whose derivative follows from their value."""
_CONSTANT = frozenset(
    ["ceil", "floor", "frac", "neg", "round", "sign", "trunc", "floor_divide", "bitwise_not", "bitwise_and", "bitwise_or",
     "bitwise_xor", *_BOOLEAN]
)  # fmt: skip
"""Functions whose derivative is a constant, or that have none."""
_FROM_SOME = {"where": (0,), "masked_fill": (1,), "addcmul": (1, 2), "addcdiv": (1, 2)}
"""Functions whose derivative needs these of their inputs."""


def _spellings() -> tuple[Spelling, ...]:
    tables = ((_UNARY, ("input",)), (_BINARY, ("input", "other")), (_TERNARY, ("input", "second", "third")))
    rows = [(name, onnx, operands) for table, operands in tables for name, onnx in table.items()]
    return tuple(
        spelling
        for name, onnx, operands in rows
        for spelling in (
            spell("torch", name, *(data(o, None) for o in operands), const("function", name), ignored("value"), ignored("nan")),
            *((spell("onnx", onnx, *(data(o, None) for o in operands), const("function", name)),) if onnx else ()),
        )
    )


class Elementwise(Broadcast, name="elementwise"):
    """``function`` applied to one, two or three inputs after broadcasting; numbers among them are not inputs.

    ``scalar`` is the number that stands behind the inputs, or before them with ``scalar_first``; ``upper`` is the second
    number of "clamp".

    One operation for each output element, whatever the function. Comparisons give booleans, roots and the like float32
    for whole numbers. "tril" and "triu" keep one side of a diagonal, "bernoulli" draws.
    Source: torch, "Pointwise Ops".

    >>> x = (TensorSpec((1, 8)), TensorSpec((8,)))
    >>> Elementwise(function="gt").infer(x)[0].dtype, Elementwise(function="pow").elementwise(x)
    ('bool', 8)
    """

    function: Annotated[str, Word((*_UNARY, *_BINARY, *_TERNARY))]
    scalar: OptionalNumber = None
    scalar_first: Bool = False
    upper: OptionalNumber = None

    arity = (1, 3)
    spellings = _spellings()

    def outputs(self, xs: Inputs) -> Outputs:
        (out,) = super().outputs(xs)
        if self.function in _BOOLEAN:
            return (TensorSpec(out.dims, "bool"),)
        if self.function == "where":
            return (TensorSpec(out.dims, super().outputs(xs[1:] or xs)[0].dtype),)
        if self.function == "masked_fill":
            return (TensorSpec(out.dims, xs[0].dtype),)
        dtypes = {x.dtype for x in xs}
        if self.function in ("complex", "polar") and (len(dtypes) > 1 or not dtypes <= _COMPLEX.keys()):
            said = " and ".join(x.dtype for x in xs)
            raise ShapeError(f"{self.function} takes real numbers of one dtype; these are {said}", "float32 for both")
        if self.function in ("tril", "triu") and out.rank < 2:
            raise ShapeError(f"{self.function} needs rows and columns; the input {out} has {out.rank} axes", "at least 2 axes")
        return (TensorSpec(out.dims, self._dtype(out.dtype)),)

    def _dtype(self, dtype: str) -> str:
        if self.function in ("abs", "angle") and dtype in _REAL:
            return _REAL[dtype]
        if self.function in ("complex", "polar"):
            return _COMPLEX[dtype]
        if self.function == "float_power":
            return "complex128" if dtype in _REAL else "float64"
        return floating(dtype) if self.function in _FLOATING else dtype

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """What the derivative of the function needs."""
        if self.function in _CONSTANT:
            return NOTHING
        if self.function in _FROM_OUTPUT:
            return Saved(outputs=(0,))
        kept = _FROM_SOME.get(self.function, tuple(range(len(xs))))
        if self.function in ("fmod", "remainder", "lerp") and wanted.inputs <= {0, 1}:
            kept = self._without_factor(len(xs), wanted)
        return Saved(tuple(at for at in kept if at < len(xs)), (0,) if self.function == "pow" and 1 in wanted.inputs else ())

    def _without_factor(self, count: int, wanted: Wanted) -> tuple[int, ...]:
        """A remainder's slope by the dividend is 1; a mixture's, by what is mixed, its weight."""
        if self.function == "lerp":
            return (2,) if count > 2 else ()
        return (0, 1) if 1 in wanted.inputs else ()
