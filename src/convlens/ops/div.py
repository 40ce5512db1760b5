"""Element-wise ``x / y``."""

from convlens.ir.setting import OptionalNumber
from convlens.ir.spelling import data, ignored, spell
from convlens.ops._pointwise import Broadcast


class Div(Broadcast, name="div"):
    """``x / y``, element by element, after broadcasting; with one input, ``scalar`` is the other operand.

    One operation for each output element. Source: torch.div; broadcasting as in NumPy.

    >>> str(Div().infer((TensorSpec((1, 64, 56, 56)), TensorSpec((64, 1, 1))))[0])
    '1x64x56x56'
    """

    scalar: OptionalNumber = None

    arity = (1, 2)
    keeps = frozenset({"input"})
    spellings = (
        spell("torch", "div", data("input"), data("other"), ignored("rounding_mode")),
        spell("onnx", "Div", data("A"), data("B")),
    )
