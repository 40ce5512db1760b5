"""``softmax``."""

from convlens.arith.axis import IDENTITY
from convlens.ir.errors import ShapeError
from convlens.ir.op import WHOLE, Along, Inputs, Outputs, Read
from convlens.ir.setting import Index
from convlens.ir.spelling import data, ignored, setting, spell
from convlens.ops._pointwise import Pointwise


class Softmax(Pointwise, name="softmax"):
    """``exp(x) / sum(exp(x))`` over one axis: 3 operations for each element. Backward keeps the output.

    Source: torch.nn.Softmax.

    >>> Softmax(axis=1).elementwise((TensorSpec((1, 1000)),))
    3000
    """

    axis: Index = -1

    keeps = frozenset({"output"})
    spellings = (
        spell("torch.nn", "Softmax", setting("dim", "axis")),
        spell("torch", "softmax", data("input"), setting("dim", "axis"), ignored("_stacklevel"), ignored("dtype")),
        spell("keras", "Softmax", setting("axis", default=-1)),
    )

    def outputs(self, xs: Inputs) -> Outputs:
        rank = max(xs[0].rank, 1)
        if not -rank <= self.axis < rank:
            raise ShapeError(f"axis {self.axis} is not one of the {rank} axes of {xs[0]}", f"axis from {-rank} to {rank - 1}")
        return (xs[0],)

    def elementwise(self, xs: Inputs) -> int:
        return 3 * xs[0].numel

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        rank = xs[0].rank
        return ((tuple(WHOLE if axis == self.axis % rank else Along(axis, IDENTITY) for axis in range(rank)),),)
