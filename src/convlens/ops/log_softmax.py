"""``log_softmax``."""

from convlens.ir.op import Inputs
from convlens.ir.spelling import data, ignored, setting, spell
from convlens.ops._softmax import Axis, OverOneAxis


class LogSoftmax(OverOneAxis, name="log_softmax"):
    """``x - log(sum(exp(x)))`` over one axis: 3 operations for each element. Backward keeps the output.

    Source: torch.nn.LogSoftmax.

    >>> LogSoftmax(axis=1).elementwise((TensorSpec((1, 1000)),))
    3000
    """

    axis: Axis = -1

    spellings = (
        spell("torch.nn", "LogSoftmax", setting("dim", "axis", None)),
        spell("torch", "log_softmax", data("input"), setting("dim", "axis", None), ignored("_stacklevel"), ignored("dtype")),
    )

    def elementwise(self, xs: Inputs) -> int:
        return 3 * xs[0].numel
