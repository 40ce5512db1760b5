"""Axes shifted in a circle."""

from convlens.arith.axis import IDENTITY, table
from convlens.ir.errors import ShapeError
from convlens.ir.op import UNKNOWN, Along, AxisRead, Inputs, Outputs, Read, along
from convlens.ir.setting import Indices, OptionalIndices
from convlens.ir.spec import TensorSpec
from convlens.ir.spelling import data, setting, spell
from convlens.ops._structure import Structural, axis_of


class Roll(Structural, name="roll"):
    """Output ``y`` is input ``y - shift``, in a circle, along each axis in ``over``; what leaves at the end comes in front.

    Without ``over`` the input is shifted as one row of values. Source: torch.roll.

    >>> str(Roll(shifts=[-3, -3], over=[1, 2]).infer((TensorSpec((1, 56, 56, 96)),))[0])
    '1x56x56x96'
    """

    shifts: Indices
    over: OptionalIndices = None

    arity = (1, 1)
    view = False
    spellings = (spell("torch", "roll", data("input"), setting("shifts"), setting("dims", "over", None)),)

    def outputs(self, xs: Inputs) -> Outputs:
        self._shifts(xs[0])
        return (xs[0],)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        x, shifts = xs[0], self._shifts(xs[0])
        if not self.over and x.rank > 1:
            return (((UNKNOWN,) * x.rank,),)
        return ((tuple(_read(axis, n, shifts.get(axis, 0)) for axis, n in enumerate(x.dims)),),)

    def _shifts(self, x: TensorSpec) -> dict[int, int]:
        """How far each axis is shifted in all."""
        if len(self.shifts) != (len(self.over) if self.over else 1):
            over = f"the axes [{', '.join(map(str, self.over))}]" if self.over else "all axes as one"
            raise ShapeError(f"{len(self.shifts)} shifts for {over}", "one shift for each axis")
        if not self.over:
            return {0: self.shifts[0]}
        axes = [axis_of(axis, x) for axis in self.over]
        return {axis: sum(s for a, s in zip(axes, self.shifts, strict=True) if a == axis) for axis in axes}


def _read(axis: int, size: int, by: int) -> AxisRead:
    if by % size == 0:
        return Along(axis, IDENTITY)
    return along(axis, lambda: table(size, lambda y: (((y - by) % size,) * 2,)))
