"""Element-wise ``x - y``."""

from convlens.ir.setting import Bool, OptionalNumber
from convlens.ir.spelling import data, ignored, spell
from convlens.ops._backward import keeps_nothing
from convlens.ops._pointwise import Broadcast


class Sub(Broadcast, name="sub"):
    """``x - y``, element by element, after broadcasting; with one input, ``scalar`` is the other operand,
    and the first one with ``scalar_first``.

    One operation for each output element. Source: torch.sub; broadcasting as in NumPy.

    >>> str(Sub().infer((TensorSpec((1, 64, 56, 56)), TensorSpec((64, 1, 1))))[0])
    '1x64x56x56'
    """

    scalar: OptionalNumber = None
    scalar_first: Bool = False

    arity = (1, 2)
    saved = keeps_nothing
    spellings = (
        spell("torch", "sub", data("input"), data("other"), ignored("alpha", 1)),
        spell("onnx", "Sub", data("A"), data("B")),
    )
