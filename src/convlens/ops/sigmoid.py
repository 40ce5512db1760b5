"""Activation ``sigmoid``."""

from convlens.ir.op import Inputs
from convlens.ir.spelling import data, spell
from convlens.ops._backward import keeps_output
from convlens.ops._pointwise import Pointwise


class Sigmoid(Pointwise, name="sigmoid"):
    """``1 / (1 + exp(-x))``, element by element: 3 operations each. Backward keeps the output.

    Source: torch.nn.Sigmoid.

    >>> Sigmoid().elementwise((TensorSpec((1, 64, 112, 112)),))
    2408448
    """

    saved = keeps_output
    spellings = (
        spell("torch.nn", "Sigmoid"),
        spell("torch", "sigmoid", data("input")),
        spell("onnx", "Sigmoid", data("X")),
    )

    def elementwise(self, xs: Inputs) -> int:
        return 3 * xs[0].numel
