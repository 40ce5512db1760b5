"""Operators that only move values: no parameters, no arithmetic, nothing kept for backward."""

from convlens.ir.errors import ShapeError
from convlens.ir.op import Inputs, Op, Shapes
from convlens.ir.spec import TensorSpec


class Structural(Op):
    """Base of reshape, permute, slice, concat and their like."""

    keeps = frozenset[str]()

    def params(self, xs: Inputs) -> Shapes:
        return {}

    def buffers(self, xs: Inputs) -> Shapes:
        return {}

    def macs(self, xs: Inputs) -> int:
        return 0

    def elementwise(self, xs: Inputs) -> int:
        return 0


def axis_of(axis: int, x: TensorSpec) -> int:
    """The axis counted from the front, or `ShapeError`."""
    rank = x.rank
    if not -rank <= axis < rank:
        raise ShapeError(f"axis {axis} is not one of the {rank} axes of {x}", f"an axis from {-rank} to {rank - 1}")
    return axis % rank
