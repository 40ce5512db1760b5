"""What softmax and its variants have in common: every output reads one whole axis."""

from typing import Annotated

from convlens.arith.axis import IDENTITY
from convlens.ir.errors import ShapeError
from convlens.ir.op import WHOLE, Along, Inputs, Outputs, Read
from convlens.ir.setting import Whole
from convlens.ir.spec import TensorSpec
from convlens.ops._backward import keeps_output
from convlens.ops._pointwise import Pointwise

Axis = Annotated[int | None, Whole(None, optional=True)]


class OverOneAxis(Pointwise):
    """Normalised over ``axis``; where it is None, PyTorch's old rule: axis 0 of an input of 0, 1 or 3 axes, else axis 1."""

    axis: int | None

    saved = keeps_output

    def outputs(self, xs: Inputs) -> Outputs:
        self.over(xs[0])
        return (xs[0],)

    def over(self, x: TensorSpec) -> int:
        """The axis, counted from the front, or `ShapeError`."""
        rank = max(x.rank, 1)
        axis = self.axis if self.axis is not None else 0 if x.rank in (0, 1, 3) else 1
        if not -rank <= axis < rank:
            raise ShapeError(f"axis {axis} is not one of the {rank} axes of {x}", f"axis from {-rank} to {rank - 1}")
        return axis % rank

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        over = self.over(xs[0])
        return ((tuple(WHOLE if axis == over else Along(axis, IDENTITY) for axis in range(xs[0].rank)),),)
