"""The k-th smallest value."""

from convlens.arith.axis import IDENTITY
from convlens.ir.backward import Saved, Wanted
from convlens.ir.op import WHOLE, Along, Inputs, Outputs, Read
from convlens.ir.setting import Bool, Index
from convlens.ir.spec import TensorSpec
from convlens.ops._order import Ordering, Position, check_position
from convlens.ops._structure import axis_of


class Kthvalue(Ordering, name="kthvalue"):
    """The ``k``-th smallest value of each line along ``axis``, and a second output with its index.

    Element-wise: one comparison for each element, as for the other reductions. Backward keeps the index.
    Source: torch.kthvalue.

    >>> [str(y) for y in Kthvalue(k=2).infer((TensorSpec((4, 1000)),))]
    ['4', '4']
    """

    k: Position
    axis: Index = -1
    keep: Bool = False

    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        x, axis = xs[0], axis_of(self.axis, xs[0])
        check_position(self.k, 1, axis, x)
        dims = (*x.dims[:axis], *((1,) if self.keep else ()), *x.dims[axis + 1 :])
        return (x.with_dims(dims), TensorSpec(dims, "int64"))

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """Which values they were."""
        return Saved(outputs=(1,))

    def elementwise(self, xs: Inputs) -> int:
        return xs[0].numel

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        over = axis_of(self.axis, xs[0])
        kept = [axis for axis in range(xs[0].rank) if self.keep or axis != over]
        read = tuple(WHOLE if axis == over else Along(kept.index(axis), IDENTITY) for axis in range(xs[0].rank))
        return ((read,),) * 2
