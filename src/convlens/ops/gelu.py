"""Activation ``gelu``."""

from typing import Annotated

from convlens.ir.op import Inputs
from convlens.ir.setting import Word
from convlens.ir.spelling import data, setting, spell
from convlens.ops._backward import keeps_input
from convlens.ops._pointwise import Pointwise


class Gelu(Pointwise, name="gelu"):
    """``x * normal_cdf(x)``, element by element: 3 operations each. Backward keeps the input.

    Source: Hendrycks & Gimpel, arXiv:1606.08415v5; torch.nn.GELU.

    >>> Gelu().elementwise((TensorSpec((1, 64, 112, 112)),))
    2408448
    """

    approximate: Annotated[str, Word(("none", "tanh"))] = "none"

    saved = keeps_input
    spellings = (
        spell("torch.nn", "GELU", setting("approximate", default="none")),
        spell("torch", "gelu", data("input"), setting("approximate", default="none")),
        spell("onnx", "Gelu", data("X"), setting("approximate", default="none")),
    )

    def elementwise(self, xs: Inputs) -> int:
        return 3 * xs[0].numel
