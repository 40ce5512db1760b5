"""Cross product."""

from typing import Annotated

from convlens.ir.errors import ShapeError
from convlens.ir.op import WHOLE, Along, AxisRead, Inputs, Outputs, Read
from convlens.ir.setting import Whole
from convlens.ir.spec import TensorSpec
from convlens.ir.spelling import data, setting, spell
from convlens.ops._backward import keeps_factors
from convlens.ops._pointwise import Broadcast
from convlens.ops._structure import axis_of


class Cross(Broadcast, name="cross"):
    """``a x b`` of vectors of 3 values along ``axis``; the first axis of size 3 where it is not given.

    Element-wise: two products and a difference for each output. Source: torch.cross, torch.linalg.cross.

    >>> Cross(axis=-1).elementwise((TensorSpec((10, 3)), TensorSpec((10, 3))))
    90
    """

    axis: Annotated[int | None, Whole(None, optional=True)] = None

    arity = (2, 2)
    saved = keeps_factors
    spellings = (
        spell("torch", "cross", data("input"), data("other"), setting("dim", "axis", None)),
        spell("torch", "linalg_cross", data("input"), data("other"), setting("dim", "axis", -1)),
    )

    def outputs(self, xs: Inputs) -> Outputs:
        (out,) = super().outputs(xs)
        over = self._over(xs, out)
        if over is None or any(x.dims[over] != 3 for x in xs):
            raise ShapeError(
                f"the vectors of {xs[0]} and {xs[1]} do not have 3 values along {'any axis' if over is None else f'axis {over}'}",
                "inputs of equally many axes, 3 long along one of them",
            )
        return (out,)

    def elementwise(self, xs: Inputs) -> int:
        return 3 * self.outputs(xs)[0].numel

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        over = self._over(xs, self.outputs(xs)[0])
        return (tuple(tuple(_read(read, over) for read in reads) for reads in super().reads(xs)[0]),)

    def _over(self, xs: Inputs, out: TensorSpec) -> int | None:
        """The axis of the vectors; None where there is none, or the inputs have different numbers of axes."""
        if xs[0].rank != xs[1].rank:
            return None
        if self.axis is not None:
            return axis_of(self.axis, out)
        return next((axis for axis, n in enumerate(xs[0].dims) if n == 3), None)


def _read(read: AxisRead, over: int | None) -> AxisRead:
    return WHOLE if isinstance(read, Along) and read.axis is not None and read.axis == over else read
