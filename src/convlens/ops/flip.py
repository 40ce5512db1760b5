"""Axes in reverse."""

from convlens.arith.axis import IDENTITY, stepped
from convlens.ir.errors import ShapeError
from convlens.ir.op import Along, Inputs, Outputs, Read
from convlens.ir.setting import Indices
from convlens.ir.spec import TensorSpec
from convlens.ir.spelling import data, setting, spell
from convlens.ops._structure import Structural, axis_of


class Flip(Structural, name="flip"):
    """Output ``y`` is input ``n - 1 - y`` along each axis in ``over``. Source: torch.flip.

    >>> str(Flip(over=[-1]).infer((TensorSpec((1, 3, 224, 224)),))[0])
    '1x3x224x224'
    """

    over: Indices

    arity = (1, 1)
    view = False
    spellings = (spell("torch", "flip", data("input"), setting("dims", "over")),)

    def outputs(self, xs: Inputs) -> Outputs:
        self._over(xs[0])
        return (xs[0],)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        x, over = xs[0], self._over(xs[0])
        return ((tuple(Along(a, stepped(n - 1, -1) if a in over else IDENTITY) for a, n in enumerate(x.dims)),),)

    def _over(self, x: TensorSpec) -> frozenset[int]:
        axes = [axis_of(axis, x) for axis in self.over]
        if len(set(axes)) < len(axes):
            raise ShapeError(f"the axes [{', '.join(map(str, self.over))}] of {x} name one axis twice", "each axis once")
        return frozenset(axes)
