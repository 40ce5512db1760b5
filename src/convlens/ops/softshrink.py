"""Activation ``softshrink``."""

from typing import Any

from convlens.ir.errors import SettingError
from convlens.ir.op import Inputs
from convlens.ir.setting import Number, OptionalNumber
from convlens.ir.spelling import const, data, setting, spell
from convlens.ops._backward import keeps_input
from convlens.ops._pointwise import Pointwise


class Softshrink(Pointwise, name="softshrink"):
    """``x - bias`` above ``lambd``, ``x + bias`` below ``-lambd``, else 0: 3 operations each. Backward keeps the input.

    The bias is ``lambd`` unless it is given. Source: torch.nn.Softshrink; ONNX operator Shrink-9.

    >>> Softshrink().elementwise((TensorSpec((1, 64, 112, 112)),))
    2408448
    """

    lambd: Number = 0.5
    bias: OptionalNumber = None

    saved = keeps_input
    spellings = (
        spell("torch.nn", "Softshrink", setting("lambd", default=0.5), const("bias", None)),
        spell("torch", "softshrink", data("input"), setting("lambd", default=0.5), const("bias", None)),
    )

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        if self.lambd < 0:
            raise SettingError(f"softshrink: lambd is {self.lambd}; it must be at least 0")

    def elementwise(self, xs: Inputs) -> int:
        return 3 * xs[0].numel
