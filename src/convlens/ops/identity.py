"""Nothing happens."""

from convlens.ir.op import Inputs
from convlens.ir.spelling import data, spell
from convlens.ops._pointwise import Pointwise


class Identity(Pointwise, name="identity"):
    """The input itself. Source: torch.nn.Identity.

    >>> str(Identity().infer((TensorSpec((1, 8)),))[0])
    '1x8'
    """

    view = True
    keeps = frozenset[str]()
    spellings = (
        spell("torch.nn", "Identity"),
        spell("onnx", "Identity", data("input")),
    )

    def elementwise(self, xs: Inputs) -> int:
        return 0
