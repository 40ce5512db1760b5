"""Activation ``softsign``."""

from convlens.ir.backward import Saved, Wanted
from convlens.ir.op import Inputs
from convlens.ir.spelling import data, spell
from convlens.ops._pointwise import Pointwise


class Softsign(Pointwise, name="softsign"):
    """``x / (1 + |x|)``, element by element: 3 operations each. Backward keeps the input.

    Source: torch.nn.Softsign.

    >>> Softsign().elementwise((TensorSpec((1, 64, 112, 112)),))
    2408448
    """

    spellings = (
        spell("torch.nn", "Softsign"),
        spell("torch", "softsign", data("input")),
        spell("onnx", "Softsign", data("X")),
    )

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The input, and what it is divided by."""
        return Saved((0,), made=xs[0].bytes)

    def elementwise(self, xs: Inputs) -> int:
        return 3 * xs[0].numel
