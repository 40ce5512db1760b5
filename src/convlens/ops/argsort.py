"""The indices that put values in order."""

from convlens.ir.op import Inputs, Outputs
from convlens.ir.setting import Bool, Index
from convlens.ir.spec import TensorSpec
from convlens.ops._backward import keeps_nothing
from convlens.ops._order import Ordering, doublings
from convlens.ops._structure import axis_of


class Argsort(Ordering, name="argsort"):
    """The indices that sort each line along ``axis``. Nothing flows backward through it.

    Element-wise: ``ceil(log2(n))`` comparisons for each element, those of a merge sort. Source: torch.argsort.

    >>> Argsort().infer((TensorSpec((1, 10)),))[0].dtype
    'int64'
    """

    axis: Index = -1
    descending: Bool = False

    saved = keeps_nothing
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        axis_of(self.axis, xs[0])
        return (TensorSpec(xs[0].dims, "int64"),)

    def elementwise(self, xs: Inputs) -> int:
        return xs[0].numel * doublings(xs[0].dims[axis_of(self.axis, xs[0])])
