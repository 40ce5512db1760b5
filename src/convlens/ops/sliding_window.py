"""Every stretch of one axis as an axis of its own."""

from convlens.arith.axis import window
from convlens.ir.errors import ShapeError
from convlens.ir.op import Inputs, Outputs, Read, Scattered
from convlens.ir.setting import Count, Index
from convlens.ops._pointwise import same_place
from convlens.ops._structure import Structural, axis_of


class SlidingWindow(Structural, name="sliding_window"):
    """Stretches of ``size`` along ``axis``, ``step`` apart, as a new last axis: n -> ``floor((n - size) / step) + 1``, size.

    The output shares the input's memory. Source: torch.Tensor.unfold.

    >>> str(SlidingWindow(axis=1, size=3, step=2).infer((TensorSpec((2, 9, 4)),))[0])
    '2x4x4x3'
    """

    axis: Index
    size: Count
    step: Count

    arity = (1, 1)
    view = True
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        (x,) = xs
        axis = axis_of(self.axis, x)
        if x.dims[axis] < self.size:
            raise ShapeError(f"a stretch of {self.size} does not fit axis {axis}, which is {x.dims[axis]} long",
                             f"size {x.dims[axis]}")  # fmt: skip
        count = (x.dims[axis] - self.size) // self.step + 1
        return (x.with_dims((*x.dims[:axis], count, *x.dims[axis + 1 :], self.size)),)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        """The place of the stretch and the place in it together choose one, of those that a stretch meets."""
        (x,) = xs
        axis, same = axis_of(self.axis, x), same_place(x.rank)
        place = Scattered((axis, x.rank), window(self.size, self.step), (x.dims[axis] - self.size) // self.step + 1)
        return (((*same[:axis], place, *same[axis + 1 :]),),)
