"""Activation ``hardshrink``."""

from convlens.ir.op import Inputs
from convlens.ir.setting import Number
from convlens.ir.spelling import data, setting, spell
from convlens.ops._backward import keeps_input
from convlens.ops._pointwise import Pointwise


class Hardshrink(Pointwise, name="hardshrink"):
    """``x`` where ``|x| > lambd``, else 0, element by element: 2 operations each. Backward keeps the input.

    Source: torch.nn.Hardshrink; ONNX operator Shrink-9 with bias 0.

    >>> Hardshrink().elementwise((TensorSpec((1, 64, 112, 112)),))
    1605632
    """

    lambd: Number = 0.5

    saved = keeps_input
    spellings = (
        spell("torch.nn", "Hardshrink", setting("lambd", default=0.5)),
        spell("torch", "hardshrink", data("input"), setting("lambd", default=0.5)),
    )

    def elementwise(self, xs: Inputs) -> int:
        return 2 * xs[0].numel
