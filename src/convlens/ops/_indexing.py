"""Where an axis goes when several axes are indexed by tensors together."""

from collections.abc import Sequence
from typing import NamedTuple

from convlens.ir.errors import ShapeError
from convlens.ir.op import Inputs
from convlens.ir.spec import Shape, TensorSpec
from convlens.ops._pointwise import broadcast
from convlens.ops._structure import axis_of
from convlens.ops.embedding import check_indices


class Picked(NamedTuple):
    """The result of picking: its shape, where the indices' own axes begin in it, and how many they are.

    ``kept`` are the axes of the input that are left, in order.
    """

    dims: Shape
    place: int
    axes: int
    kept: tuple[int, ...]

    def axis(self, kept: int) -> int:
        """The axis of the result that the axis ``kept`` of the input becomes."""
        at = self.kept.index(kept)
        return at if at < self.place else at + self.axes


def picked(x: TensorSpec, on: Sequence[int], indices: Inputs) -> Picked:
    """The axes ``on`` are replaced by the common shape of their indices: where they stand side by side, there; else in front.

    >>> index = TensorSpec((5,), "int64")
    >>> picked(TensorSpec((2, 3, 4)), (0, 2), (index, index)).dims, picked(TensorSpec((2, 3, 4)), (1, 2), (index, index)).dims
    ((5, 3), (2, 5))
    """
    axes = [axis_of(axis, x) for axis in on]
    if len(axes) != len(indices) or len(set(axes)) < len(axes) or axes != sorted(axes) or not axes:
        raise ShapeError(f"{len(indices)} indices for the axes {list(on)} of {x}", "each axis once, in order, with one index")
    for index in indices:
        check_indices(index)
    common = broadcast([index.dims for index in indices])
    together = axes == list(range(axes[0], axes[0] + len(axes)))
    kept = tuple(axis for axis in range(x.rank) if axis not in axes)
    place = axes[0] if together else 0
    rest = [x.dims[axis] for axis in kept]
    return Picked((*rest[:place], *common, *rest[place:]), place, len(common), kept)
