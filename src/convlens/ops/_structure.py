"""Operators that only move values: no parameters, no arithmetic, nothing kept for backward."""

from convlens.ir.errors import ShapeError
from convlens.ir.op import Inputs
from convlens.ir.spec import TensorSpec
from convlens.ops._backward import keeps_nothing
from convlens.ops._weightless import Weightless


class Structural(Weightless):
    """Base of reshape, permute, slice, concat and their like."""

    saved = keeps_nothing

    def elementwise(self, xs: Inputs) -> int:
        return 0


def axis_of(axis: int, x: TensorSpec) -> int:
    """The axis counted from the front, or `ShapeError`."""
    rank = x.rank
    if not -rank <= axis < rank:
        raise ShapeError(f"axis {axis} is not one of the {rank} axes of {x}", f"an axis from {-rank} to {rank - 1}")
    return axis % rank
