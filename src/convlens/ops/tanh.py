"""Activation ``tanh``."""

from convlens.ir.op import Inputs
from convlens.ir.spelling import data, spell
from convlens.ops._backward import keeps_output
from convlens.ops._pointwise import Pointwise


class Tanh(Pointwise, name="tanh"):
    """``tanh(x)``, element by element: 1 operation each. Backward keeps the output.

    Source: torch.nn.Tanh.

    >>> Tanh().elementwise((TensorSpec((1, 64, 112, 112)),))
    802816
    """

    saved = keeps_output
    spellings = (
        spell("torch.nn", "Tanh"),
        spell("torch", "tanh", data("input")),
        spell("onnx", "Tanh", data("X")),
    )

    def elementwise(self, xs: Inputs) -> int:
        return xs[0].numel
