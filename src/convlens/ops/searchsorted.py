"""Where values belong in a sorted list."""

from typing import Annotated

from convlens.arith.axis import IDENTITY
from convlens.ir.errors import ShapeError
from convlens.ir.op import WHOLE, Along, Inputs, Outputs, Read
from convlens.ir.setting import Bool, Word
from convlens.ir.spec import TensorSpec
from convlens.ops._backward import keeps_nothing
from convlens.ops._order import doublings
from convlens.ops._pointwise import same_place
from convlens.ops._weightless import Weightless


class Searchsorted(Weightless, name="searchsorted"):
    """The index at which each value of the second input would keep the first, which is sorted along its last axis, in order.

    Among equals that is the first place, the last one where ``right``. The sorted input is one list for all values, or has
    the values' own axes but for the last. Element-wise: ``ceil(log2(n))`` comparisons for each value, those of a binary
    search. Backward keeps nothing.
    Source: torch.searchsorted, torch.bucketize.

    >>> edges, pixels = TensorSpec((256,)), TensorSpec((1, 3, 32, 32))
    >>> Searchsorted().elementwise((edges, pixels)) == 8 * 3 * 32 * 32
    True
    """

    dtype: Annotated[str, Word(("int64", "int32"))] = "int64"
    right: Bool = False

    arity = (2, 2)
    saved = keeps_nothing
    view = False
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        ordered, values = xs
        if ordered.rank == 0 or (ordered.rank > 1 and ordered.dims[:-1] != values.dims[:-1]):
            raise ShapeError(f"the sorted input is {ordered}, the values are {values}", "one sorted list, or one for each line")
        return (TensorSpec(values.dims, self.dtype),)

    def elementwise(self, xs: Inputs) -> int:
        return xs[1].numel * doublings(xs[0].dims[-1])

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        ordered, values = xs
        of_ordered: Read = (*(Along(axis, IDENTITY) for axis in range(ordered.rank - 1)), WHOLE)
        return ((of_ordered, same_place(values.rank)),)
