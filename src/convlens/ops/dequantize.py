"""Small whole numbers as real values."""

from convlens.ir.op import Inputs, Outputs
from convlens.ops._backward import keeps_nothing
from convlens.ops._quantised import Quantised
from convlens.ops._source import Dtype


class Dequantize(Quantised, name="dequantize"):
    """``(x - zero_point) * scale`` in ``dtype``: 2 operations for each element. Backward keeps nothing.

    ``scale`` and ``zero_point`` are one number, or one for each index of ``axis``; they belong to the format and are no
    parameters. Without a scale the program does not tell them, and the operator cannot be run.
    Source: ONNX operator DequantizeLinear-21.

    >>> str(Dequantize().infer((TensorSpec((1, 64, 56, 56), "int8"),))[0].dtype)
    'float32'
    """

    dtype: Dtype = "float32"

    saved = keeps_nothing
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        self.check(xs)
        return (xs[0]._replace(dtype=self.dtype),)

    def elementwise(self, xs: Inputs) -> int:
        return 2 * xs[0].numel
