"""Axes in another order."""

from convlens.arith.axis import IDENTITY
from convlens.ir.errors import ShapeError
from convlens.ir.op import Along, Inputs, Outputs, Read
from convlens.ir.setting import Indices
from convlens.ir.spec import TensorSpec
from convlens.ops._structure import Structural


class Permute(Structural, name="permute"):
    """Output axis ``i`` is input axis ``order[i]``. Source: torch.permute.

    >>> str(Permute(order=[0, 2, 3, 1]).infer((TensorSpec((1, 3, 224, 224)),))[0])
    '1x224x224x3'
    """

    order: Indices

    arity = (1, 1)
    view = True
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        return (xs[0].with_dims(tuple(xs[0].dims[axis] for axis in self._order(xs[0]))),)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        order = self._order(xs[0])
        return ((tuple(Along(order.index(axis), IDENTITY) for axis in range(len(order))),),)

    def _order(self, x: TensorSpec) -> tuple[int, ...]:
        order = tuple(axis + x.rank if axis < 0 else axis for axis in self.order)
        if sorted(order) != list(range(x.rank)):
            raise ShapeError(
                f"the order [{', '.join(map(str, self.order))}] does not name each of the {x.rank} axes of {x} once",
                f"an order of the axes 0 to {x.rank - 1}",
            )
        return order
