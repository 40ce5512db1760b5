"""Activation ``elu``."""

from convlens.ir.op import Inputs
from convlens.ir.setting import Number
from convlens.ir.spelling import data, ignored, setting, spell
from convlens.ops._backward import keeps_input_or_result
from convlens.ops._pointwise import Pointwise


class Elu(Pointwise, name="elu"):
    """``x where x > 0, else alpha * (exp(x) - 1)``, element by element: 3 operations each. Backward keeps the input.

    Source: Clevert et al., arXiv:1511.07289v5; torch.nn.ELU.

    >>> Elu().elementwise((TensorSpec((1, 64, 112, 112)),))
    2408448
    """

    alpha: Number = 1.0

    saved = keeps_input_or_result
    spellings = (
        spell("torch.nn", "ELU", setting("alpha", default=1.0), ignored("inplace", False)),
        spell("torch", "elu", data("input"), setting("alpha", default=1.0), ignored("inplace", False)),
        spell("onnx", "Elu", data("X"), setting("alpha", default=1.0)),
        spell("keras", "ELU", setting("alpha", default=1.0)),
    )

    def elementwise(self, xs: Inputs) -> int:
        return 3 * xs[0].numel
