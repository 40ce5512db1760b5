"""Element-wise ``x * y``."""

from convlens.ir.setting import OptionalNumber
from convlens.ir.spelling import data, spell
from convlens.ops._backward import keeps_factors
from convlens.ops._pointwise import Broadcast


class Mul(Broadcast, name="mul"):
    """``x * y``, element by element, after broadcasting; with one input, ``scalar`` is the other operand.

    One operation for each output element. Source: torch.mul; broadcasting as in NumPy.

    >>> str(Mul().infer((TensorSpec((1, 64, 56, 56)), TensorSpec((64, 1, 1))))[0])
    '1x64x56x56'
    """

    scalar: OptionalNumber = None

    arity = (1, 2)
    saved = keeps_factors
    spellings = (
        spell("torch", "mul", data("input"), data("other")),
        spell("onnx", "Mul", data("A"), data("B")),
    )
