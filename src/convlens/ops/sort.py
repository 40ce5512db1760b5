"""Values in order."""

from convlens.ir.backward import Saved, Wanted
from convlens.ir.op import Inputs, Outputs
from convlens.ir.setting import Bool, Index
from convlens.ir.spec import TensorSpec
from convlens.ops._order import Ordering, doublings
from convlens.ops._structure import axis_of


class Sort(Ordering, name="sort"):
    """The values of each line along ``axis`` in order, and a second output with their indices.

    Element-wise: ``ceil(log2(n))`` comparisons for each element, those of a merge sort. Backward keeps the indices.
    Source: torch.sort.

    >>> [str(y) for y in Sort().infer((TensorSpec((1, 10)),))], Sort().elementwise((TensorSpec((1, 10)),))
    (['1x10', '1x10'], 40)
    """

    axis: Index = -1
    descending: Bool = False

    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        axis_of(self.axis, xs[0])
        return (xs[0], TensorSpec(xs[0].dims, "int64"))

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """Which values they were."""
        return Saved(outputs=(1,))

    def elementwise(self, xs: Inputs) -> int:
        return xs[0].numel * doublings(xs[0].dims[axis_of(self.axis, xs[0])])
