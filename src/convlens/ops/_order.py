"""What the operators that put values in order have in common."""

from typing import Annotated

from convlens.arith.axis import IDENTITY
from convlens.ir.errors import ShapeError
from convlens.ir.op import WHOLE, Along, Inputs, Read
from convlens.ir.setting import Whole
from convlens.ir.spec import TensorSpec
from convlens.ops._structure import axis_of
from convlens.ops._weightless import Weightless

Position = Annotated[int, Whole(0)]


class Ordering(Weightless):
    """Every output reads one whole line of values along ``axis``. No parameters, no MACs."""

    axis: int

    arity = (1, 1)
    view = False

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        over = axis_of(self.axis, xs[0])
        read = tuple(WHOLE if axis == over else Along(axis, IDENTITY) for axis in range(xs[0].rank))
        return ((read,),) * len(self.outputs(xs))


def doublings(count: int) -> int:
    """``ceil(log2(count))``, and at least 1.

    >>> [doublings(n) for n in (1, 2, 3, 8, 9)]
    [1, 1, 2, 3, 4]
    """
    return max((count - 1).bit_length(), 1)


def check_position(k: int, least: int, axis: int, x: TensorSpec) -> None:
    """There must be a ``k``-th value."""
    if not least <= k <= x.dims[axis]:
        raise ShapeError(f"k={k}, but axis {axis} of {x} has {x.dims[axis]} values", f"k from {least} to {x.dims[axis]}")
