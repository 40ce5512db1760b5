"""The largest values."""

from convlens.ir.backward import Saved, Wanted
from convlens.ir.op import Inputs, Outputs
from convlens.ir.setting import Bool, Index
from convlens.ir.spec import TensorSpec
from convlens.ops._order import Ordering, Position, check_position, doublings
from convlens.ops._structure import axis_of


class Topk(Ordering, name="topk"):
    """The ``k`` largest (or smallest) values of each line along ``axis``, and a second output with their indices.

    Element-wise: ``ceil(log2(k))`` comparisons for each element of the input, and at least one: those of a heap of k
    values. Backward keeps the indices. Source: torch.topk; ONNX operator TopK-11.

    >>> [str(y) for y in Topk(k=5).infer((TensorSpec((1, 1000)),))]
    ['1x5', '1x5']
    """

    k: Position
    axis: Index = -1
    largest: Bool = True
    ordered: Bool = True

    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        x, axis = xs[0], axis_of(self.axis, xs[0])
        check_position(self.k, 0, axis, x)
        dims = (*x.dims[:axis], self.k, *x.dims[axis + 1 :])
        return (x.with_dims(dims), TensorSpec(dims, "int64"))

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """Which values they were."""
        return Saved(outputs=(1,))

    def elementwise(self, xs: Inputs) -> int:
        return xs[0].numel * doublings(self.k)
