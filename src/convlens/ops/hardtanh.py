"""Activation ``hardtanh``."""

from convlens.ir.op import Inputs
from convlens.ir.setting import Number
from convlens.ir.spelling import data, ignored, setting, spell
from convlens.ops._backward import keeps_input
from convlens.ops._pointwise import Pointwise


class Hardtanh(Pointwise, name="hardtanh"):
    """``min(max(x, low), high)``, element by element: 2 operations each. Backward keeps the input.

    Source: torch.nn.Hardtanh.

    >>> Hardtanh().elementwise((TensorSpec((1, 64, 112, 112)),))
    1605632
    """

    low: Number = -1.0
    high: Number = 1.0

    saved = keeps_input
    spellings = (
        spell(
            "torch.nn", "Hardtanh", setting("min_val", "low", -1.0), setting("max_val", "high", 1.0), ignored("inplace", False)
        ),
        spell(
            "torch",
            "hardtanh",
            data("input"),
            setting("min_val", "low", -1.0),
            setting("max_val", "high", 1.0),
            ignored("inplace", False),
        ),
    )

    def elementwise(self, xs: Inputs) -> int:
        return 2 * xs[0].numel
