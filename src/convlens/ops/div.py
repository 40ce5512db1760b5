"""Element-wise ``x / y``."""

from typing import Annotated

from convlens.ir.backward import NOTHING, Saved, Wanted
from convlens.ir.op import Inputs, Outputs
from convlens.ir.setting import Bool, OptionalNumber, Word
from convlens.ir.spec import TensorSpec
from convlens.ir.spelling import Codec, data, setting, spell
from convlens.ops._pointwise import Broadcast, floating

_NONE = Codec(lambda value, axes: "none" if value is None else value, lambda value, axes: None if value == "none" else value)


class Div(Broadcast, name="div"):
    """``x / y``, element by element, after broadcasting; with one input, ``scalar`` is the other operand,
    and the first one with ``scalar_first``.

    Whole numbers give float32, unless ``rounding`` brings the quotient back to a whole number.

    One operation for each output element. Source: torch.div; broadcasting as in NumPy.

    >>> str(Div().infer((TensorSpec((1, 64, 56, 56)), TensorSpec((64, 1, 1))))[0])
    '1x64x56x56'
    """

    scalar: OptionalNumber = None
    scalar_first: Bool = False
    rounding: Annotated[str, Word(("none", "floor", "trunc"))] = "none"

    arity = (1, 2)
    spellings = (
        spell("torch", "div", data("input"), data("other"), setting("rounding_mode", "rounding", None, _NONE)),
        spell("onnx", "Div", data("A"), data("B")),
    )

    def outputs(self, xs: Inputs) -> Outputs:
        (out,) = super().outputs(xs)
        return (TensorSpec(out.dims, floating(out.dtype)),) if self.rounding == "none" else (out,)

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The divisor for both gradients, the dividend for that of the divisor."""
        if not wanted.inputs:
            return NOTHING
        dividend, divisor = (0,) * (1 in wanted.inputs), (1,) * (len(xs) > 1)
        return Saved((*dividend, *divisor))
