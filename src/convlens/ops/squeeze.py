"""Axes of size 1 taken away."""

from convlens.ir.op import Inputs, Outputs, Read
from convlens.ir.setting import OptionalIndices
from convlens.ir.spelling import data, setting, spell
from convlens.ops._structure import Structural, axis_of
from convlens.ops.reshape import regrouped


class Squeeze(Structural, name="squeeze"):
    """The axes ``over`` disappear where their size is 1, and stay where it is not; all axes where none are given.

    Source: torch.squeeze.

    >>> str(Squeeze(over=[2, 3]).infer((TensorSpec((1, 1000, 1, 1)),))[0])
    '1x1000'
    """

    over: OptionalIndices = None

    arity = (1, 1)
    view = True
    spellings = (spell("torch", "squeeze", data("input"), setting("dim", "over", None)),)

    def outputs(self, xs: Inputs) -> Outputs:
        x = xs[0]
        gone = range(x.rank) if self.over is None else [axis_of(axis, x) for axis in self.over]
        return (x.with_dims(tuple(n for axis, n in enumerate(x.dims) if n != 1 or axis not in gone)),)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        return ((regrouped(xs[0].dims, self.outputs(xs)[0].dims),),)
