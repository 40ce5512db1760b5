"""``softmin``."""

from convlens.ir.op import Inputs
from convlens.ir.spelling import data, ignored, setting, spell
from convlens.ops._softmax import Axis, OverOneAxis


class Softmin(OverOneAxis, name="softmin"):
    """``exp(-x) / sum(exp(-x))`` over one axis: 4 operations for each element. Backward keeps the output.

    Source: torch.nn.Softmin.

    >>> Softmin(axis=1).elementwise((TensorSpec((1, 1000)),))
    4000
    """

    axis: Axis = -1

    spellings = (
        spell("torch.nn", "Softmin", setting("dim", "axis", None)),
        spell("torch", "softmin", data("input"), setting("dim", "axis", None), ignored("_stacklevel"), ignored("dtype")),
    )

    def elementwise(self, xs: Inputs) -> int:
        return 4 * xs[0].numel
