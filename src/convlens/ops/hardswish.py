"""Activation ``hardswish``."""

from convlens.ir.op import Inputs
from convlens.ir.spelling import data, ignored, spell
from convlens.ops._backward import keeps_input
from convlens.ops._pointwise import Pointwise


class Hardswish(Pointwise, name="hardswish"):
    """``x * min(max(x + 3, 0), 6) / 6``, element by element: 5 operations each. Backward keeps the input.

    Source: Howard et al., arXiv:1905.02244v5; torch.nn.Hardswish.

    >>> Hardswish().elementwise((TensorSpec((1, 64, 112, 112)),))
    4014080
    """

    saved = keeps_input
    spellings = (
        spell("torch.nn", "Hardswish", ignored("inplace", False)),
        spell("torch", "hardswish", data("input"), ignored("inplace", False)),
        spell("onnx", "HardSwish", data("X")),
    )

    def elementwise(self, xs: Inputs) -> int:
        return 5 * xs[0].numel
