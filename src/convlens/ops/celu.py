"""Activation ``celu``."""

from convlens.ir.op import Inputs
from convlens.ir.setting import Number
from convlens.ir.spelling import data, ignored, setting, spell
from convlens.ops._backward import keeps_input_or_result
from convlens.ops._pointwise import Pointwise


class Celu(Pointwise, name="celu"):
    """``max(x, 0) + min(0, alpha * (exp(x/alpha) - 1))``, element by element: 5 operations each. Backward keeps the input.

    Source: Barron, arXiv:1704.07483v1; torch.nn.CELU.

    >>> Celu().elementwise((TensorSpec((1, 64, 112, 112)),))
    4014080
    """

    alpha: Number = 1.0

    saved = keeps_input_or_result
    spellings = (
        spell("torch.nn", "CELU", setting("alpha", default=1.0), ignored("inplace", False)),
        spell("torch", "celu", data("input"), setting("alpha", default=1.0), ignored("inplace", False)),
        spell("onnx", "Celu", data("X"), setting("alpha", default=1.0)),
    )

    def elementwise(self, xs: Inputs) -> int:
        return 5 * xs[0].numel
