"""Activation ``softplus``."""

from convlens.ir.op import Inputs
from convlens.ir.setting import Number
from convlens.ir.spelling import data, setting, spell
from convlens.ops._backward import keeps_input
from convlens.ops._pointwise import Pointwise


class Softplus(Pointwise, name="softplus"):
    """``log(1 + exp(beta * x)) / beta``, element by element: 5 operations each. Backward keeps the input.

    Source: torch.nn.Softplus.

    >>> Softplus().elementwise((TensorSpec((1, 64, 112, 112)),))
    4014080
    """

    beta: Number = 1.0
    threshold: Number = 20.0

    saved = keeps_input
    spellings = (
        spell("torch.nn", "Softplus", setting("beta", default=1.0), setting("threshold", default=20.0)),
        spell("torch", "softplus", data("input"), setting("beta", default=1.0), setting("threshold", default=20.0)),
        spell("onnx", "Softplus", data("X")),
    )

    def elementwise(self, xs: Inputs) -> int:
        return 5 * xs[0].numel
