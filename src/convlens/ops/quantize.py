"""Real values as small whole numbers."""

from typing import Annotated

from convlens.ir.op import Inputs, Outputs
from convlens.ir.setting import Word
from convlens.ops._backward import keeps_nothing
from convlens.ops._quantised import Quantised


class Quantize(Quantised, name="quantize"):
    """``clamp(round(x / scale) + zero_point)`` in ``dtype``: 4 operations for each element. Backward keeps nothing.

    Halves are rounded to the even neighbour. ``scale`` and ``zero_point`` are one number, or one for each index of ``axis``; they
    belong to the format and are no parameters. Without a scale the program does not tell them, and the operator cannot be run.
    Source: ONNX operator QuantizeLinear-21.

    >>> str(Quantize(dtype="int8").infer((TensorSpec((1, 64, 56, 56)),))[0].dtype)
    'int8'
    """

    dtype: Annotated[str, Word(("uint8", "int8", "uint16", "int16", "float8_e4m3fn", "float8_e5m2"))] = "uint8"

    saved = keeps_nothing
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        self.check(xs)
        return (xs[0]._replace(dtype=self.dtype),)

    def elementwise(self, xs: Inputs) -> int:
        return 4 * xs[0].numel
