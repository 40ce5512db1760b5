"""Activation ``log_sigmoid``."""

from convlens.ir.backward import Saved, Wanted
from convlens.ir.op import Inputs
from convlens.ir.spelling import data, spell
from convlens.ops._pointwise import Pointwise


class LogSigmoid(Pointwise, name="log_sigmoid"):
    """``log(1 / (1 + exp(-x)))``, element by element: 4 operations each. Backward keeps the input.

    Source: torch.nn.LogSigmoid.

    >>> LogSigmoid().elementwise((TensorSpec((1, 64, 112, 112)),))
    3211264
    """

    spellings = (
        spell("torch.nn", "LogSigmoid"),
        spell("torch", "logsigmoid", data("input")),
        spell("torch", "log_sigmoid", data("input")),
    )

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The input, and ``exp(-abs(x))``."""
        return Saved((0,), made=xs[0].bytes)

    def elementwise(self, xs: Inputs) -> int:
        return 4 * xs[0].numel
