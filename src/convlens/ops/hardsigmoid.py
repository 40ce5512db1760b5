"""Activation ``hardsigmoid``."""

from convlens.ir.op import Inputs
from convlens.ir.spelling import data, ignored, spell
from convlens.ops._backward import keeps_input
from convlens.ops._pointwise import Pointwise


class Hardsigmoid(Pointwise, name="hardsigmoid"):
    """``min(max(x/6 + 1/2, 0), 1)``, element by element: 4 operations each. Backward keeps the input.

    Source: torch.nn.Hardsigmoid.

    >>> Hardsigmoid().elementwise((TensorSpec((1, 64, 112, 112)),))
    3211264
    """

    saved = keeps_input
    spellings = (
        spell("torch.nn", "Hardsigmoid", ignored("inplace", False)),
        spell("torch", "hardsigmoid", data("input"), ignored("inplace", False)),
    )

    def elementwise(self, xs: Inputs) -> int:
        return 4 * xs[0].numel
