"""Values written to, or added at, places along one axis."""

from typing import Annotated

from convlens.ir.backward import Saved, Wanted
from convlens.ir.errors import ShapeError
from convlens.ir.op import UNKNOWN, Inputs, Outputs, Read
from convlens.ir.setting import Index, Word
from convlens.ops._pointwise import same_place
from convlens.ops._structure import axis_of
from convlens.ops._weightless import Weightless
from convlens.ops.embedding import check_indices
from convlens.ops.gather import check_picked


class Scatter(Weightless, name="scatter"):
    """``y = x``, then ``y[index[i, j], j] = source[i, j]`` for ``axis`` 0, and so on; a ``function`` combines old and new.

    The output has the shape of x. Indices and source have as many axes as x; the indices are at most as long as the source
    and, apart from ``axis``, as x. Without a source one number is written everywhere. Element-wise: one operation for each
    index where a ``function`` other than "replace" is given. Backward keeps the indices.

    Source: torch.scatter, torch.scatter_add, torch.scatter_reduce; ONNX operator ScatterElements-18.

    >>> nodes, edges = TensorSpec((10, 64)), TensorSpec((30, 64))
    >>> Scatter(axis=0, function="add").elementwise((nodes, TensorSpec((30, 64), "int64"), edges))
    1920
    """

    axis: Index
    function: Annotated[str, Word(("replace", "add", "multiply", "prod", "sum", "mean", "amax", "amin", "max", "min", "mul"))] = (
        "replace"
    )

    arity = (2, 3)
    view = False
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        x, index, *source = xs
        check_indices(index)
        check_picked(x.dims, index.dims, axis_of(self.axis, x) if x.rank else 0)
        for given in source:
            if given.rank != index.rank or any(i > s for i, s in zip(index.dims, given.dims, strict=True)):
                raise ShapeError(f"the source {given} is smaller than the indices {index}", f"a source of at least {index}")
            if given.dtype != x.dtype:
                raise ShapeError(f"the source is {given.dtype} and the input {x.dtype}", "one dtype for both")
        return (x,)

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The indices."""
        return Saved(inputs=(1,))

    def elementwise(self, xs: Inputs) -> int:
        return 0 if self.function == "replace" else xs[1].numel

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        axis = self.axis % max(xs[0].rank, 1)
        written = tuple(tuple(UNKNOWN if at == axis else read for at, read in enumerate(same_place(x.rank))) for x in xs[1:])
        return ((same_place(xs[0].rank), *written),)
