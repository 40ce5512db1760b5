"""Activation ``silu``."""

from convlens.ir.op import Inputs
from convlens.ir.spelling import data, ignored, spell
from convlens.ops._backward import keeps_input
from convlens.ops._pointwise import Pointwise


class Silu(Pointwise, name="silu"):
    """``x * sigmoid(x)``, element by element: 4 operations each. Backward keeps the input.

    Source: Elfwing et al., arXiv:1702.03118v3; torch.nn.SiLU.

    >>> Silu().elementwise((TensorSpec((1, 64, 112, 112)),))
    3211264
    """

    saved = keeps_input
    spellings = (
        spell("torch.nn", "SiLU", ignored("inplace", False)),
        spell("torch", "silu", data("input"), ignored("inplace", False)),
    )

    def elementwise(self, xs: Inputs) -> int:
        return 4 * xs[0].numel
