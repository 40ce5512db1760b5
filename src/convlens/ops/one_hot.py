"""Indices as rows of zeros with a one."""

from convlens.ir.op import Inputs, Outputs, Read
from convlens.ir.setting import Count
from convlens.ir.spec import TensorSpec
from convlens.ops._backward import keeps_nothing
from convlens.ops._pointwise import same_place
from convlens.ops._source import Dtype
from convlens.ops._weightless import Weightless
from convlens.ops.embedding import check_indices


class OneHot(Weightless, name="one_hot"):
    """A last axis of ``classes``, 1 at the index and 0 elsewhere: one comparison for each value.

    Source: torch.nn.functional.one_hot, whose output is int64.

    >>> str(OneHot(classes=10).infer((TensorSpec((8,), "int64"),))[0])
    '8x10'
    """

    classes: Count
    dtype: Dtype = "int64"

    arity = (1, 1)
    saved = keeps_nothing
    view = False
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        check_indices(xs[0])
        return (TensorSpec((*xs[0].dims, self.classes), self.dtype),)

    def elementwise(self, xs: Inputs) -> int:
        return xs[0].numel * self.classes

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        return ((same_place(xs[0].rank),),)
