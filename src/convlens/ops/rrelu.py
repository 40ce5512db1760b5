"""Activation ``rrelu``."""

from convlens.ir.backward import Saved, Wanted
from convlens.ir.op import Inputs
from convlens.ir.setting import Number
from convlens.ir.spelling import data, ignored, setting, spell
from convlens.ops._backward import keeps_input_or_result
from convlens.ops._pointwise import Pointwise

_SETTINGS = (setting("lower", default=1 / 8), setting("upper", default=1 / 3))


class Rrelu(Pointwise, name="rrelu"):
    """``x`` where x > 0, else ``slope * x``: 2 operations each. Backward keeps the input and the slopes.

    In training the slope of each element is drawn between ``lower`` and ``upper``; in evaluation it is their mean.
    Source: Xu et al., arXiv:1505.00853v2; torch.nn.RReLU.

    >>> Rrelu().elementwise((TensorSpec((1, 64, 112, 112)),))
    1605632
    """

    lower: Number = 1 / 8
    upper: Number = 1 / 3

    spellings = (
        spell("torch.nn", "RReLU", *_SETTINGS, ignored("inplace", False)),
        spell("torch", "rrelu", data("input"), *_SETTINGS, ignored("training", False), ignored("inplace", False)),
    )

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The input or the result, and the slope that each value was given."""
        return keeps_input_or_result(self, xs, wanted)._replace(drawn=xs[0].bytes)

    def elementwise(self, xs: Inputs) -> int:
        return 2 * xs[0].numel
