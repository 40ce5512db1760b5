"""Activation ``mish``."""

from convlens.ir.op import Inputs
from convlens.ir.spelling import data, ignored, spell
from convlens.ops._backward import keeps_input
from convlens.ops._pointwise import Pointwise


class Mish(Pointwise, name="mish"):
    """``x * tanh(log(1 + exp(x)))``, element by element: 5 operations each. Backward keeps the input.

    Source: Misra, arXiv:1908.08681v3; torch.nn.Mish.

    >>> Mish().elementwise((TensorSpec((1, 64, 112, 112)),))
    4014080
    """

    saved = keeps_input
    spellings = (
        spell("torch.nn", "Mish", ignored("inplace", False)),
        spell("torch", "mish", data("input"), ignored("inplace", False)),
        spell("onnx", "Mish", data("X")),
    )

    def elementwise(self, xs: Inputs) -> int:
        return 5 * xs[0].numel
