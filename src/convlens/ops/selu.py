"""Activation ``selu``."""

from convlens.ir.op import Inputs
from convlens.ir.spelling import data, ignored, spell
from convlens.ops._backward import keeps_input_or_result
from convlens.ops._pointwise import Pointwise


class Selu(Pointwise, name="selu"):
    """``1.0507 * elu(x, alpha=1.6733)``, element by element: 4 operations each. Backward keeps the input.

    Source: Klambauer et al., arXiv:1706.02515v5; torch.nn.SELU.

    >>> Selu().elementwise((TensorSpec((1, 64, 112, 112)),))
    3211264
    """

    saved = keeps_input_or_result
    spellings = (
        spell("torch.nn", "SELU", ignored("inplace", False)),
        spell("torch", "selu", data("input"), ignored("inplace", False)),
        spell("onnx", "Selu", data("X"), ignored("alpha"), ignored("gamma")),
    )

    def elementwise(self, xs: Inputs) -> int:
        return 4 * xs[0].numel
