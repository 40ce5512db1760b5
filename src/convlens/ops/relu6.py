"""Activation ``relu6``."""

from convlens.ir.op import Inputs
from convlens.ir.spelling import data, ignored, spell
from convlens.ops._backward import keeps_input
from convlens.ops._pointwise import Pointwise


class Relu6(Pointwise, name="relu6"):
    """``min(max(x, 0), 6)``, element by element: 2 operations each. Backward keeps the input.

    Source: Howard et al., arXiv:1704.04861v1; torch.nn.ReLU6.

    >>> Relu6().elementwise((TensorSpec((1, 64, 112, 112)),))
    1605632
    """

    saved = keeps_input
    spellings = (
        spell("torch.nn", "ReLU6", ignored("inplace", False)),
        spell("torch", "relu6", data("input"), ignored("inplace", False)),
    )

    def elementwise(self, xs: Inputs) -> int:
        return 2 * xs[0].numel
