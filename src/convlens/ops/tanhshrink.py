"""Activation ``tanhshrink``."""

from convlens.ir.backward import Saved, Wanted
from convlens.ir.op import Inputs, Outputs
from convlens.ir.spec import TensorSpec
from convlens.ir.spelling import data, spell
from convlens.ops._pointwise import Pointwise, floating


class Tanhshrink(Pointwise, name="tanhshrink"):
    """``x - tanh(x)``, element by element: 2 operations each. Backward keeps the input.

    Source: torch.nn.Tanhshrink.

    >>> Tanhshrink().elementwise((TensorSpec((1, 64, 112, 112)),))
    1605632
    """

    spellings = (spell("torch.nn", "Tanhshrink"), spell("torch", "tanhshrink", data("input")))

    def outputs(self, xs: Inputs) -> Outputs:
        return (TensorSpec(xs[0].dims, floating(xs[0].dtype)),)

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """``tanh(x)``."""
        return Saved(made=xs[0].bytes)

    def elementwise(self, xs: Inputs) -> int:
        return 2 * xs[0].numel
