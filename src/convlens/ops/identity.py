"""Nothing happens."""

from convlens.ir.op import Inputs
from convlens.ir.spelling import data, spell
from convlens.ops._backward import keeps_nothing
from convlens.ops._pointwise import Pointwise


class Identity(Pointwise, name="identity"):
    """The input itself. Source: torch.nn.Identity.

    >>> str(Identity().infer((TensorSpec((1, 8)),))[0])
    '1x8'
    """

    view = True
    saved = keeps_nothing
    spellings = (
        spell("torch.nn", "Identity"),
        spell("onnx", "Identity", data("input")),
    )

    def elementwise(self, xs: Inputs) -> int:
        return 0
