"""Activation ``relu``."""

from convlens.ir.op import Inputs
from convlens.ir.spelling import data, ignored, spell
from convlens.ops._backward import keeps_output
from convlens.ops._pointwise import Pointwise


class Relu(Pointwise, name="relu"):
    """``max(x, 0)``, element by element: 1 operation each. Backward keeps the output.

    Source: Nair & Hinton 2010; torch.nn.ReLU.

    >>> Relu().elementwise((TensorSpec((1, 64, 112, 112)),))
    802816
    """

    saved = keeps_output
    spellings = (
        spell("torch.nn", "ReLU", ignored("inplace", False)),
        spell("torch", "relu", data("input"), ignored("inplace", False)),
        spell("onnx", "Relu", data("X")),
        spell("keras", "ReLU"),
    )

    def elementwise(self, xs: Inputs) -> int:
        return xs[0].numel
