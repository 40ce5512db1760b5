"""Values or blocks written to places that index vectors name."""

from typing import Annotated

from convlens.arith.axis import IDENTITY
from convlens.ir.errors import ShapeError
from convlens.ir.op import UNKNOWN, Along, Inputs, Outputs, Read
from convlens.ir.setting import Word
from convlens.ir.spec import show_shape
from convlens.ops._backward import keeps_integers
from convlens.ops._pointwise import same_place
from convlens.ops._weightless import Weightless
from convlens.ops.embedding import check_indices
from convlens.ops.gather_nd import check_vectors


class ScatterNd(Weightless, name="scatter_nd"):
    """``y = x``, then what `gather_nd` of the same indices picks is overwritten; a ``function`` combines old and new values.

    The third input has the shape of what is picked. Element-wise: one operation for each of its values where a ``function``
    other than "replace" is given. Backward keeps the indices. Source: ONNX operator ScatterND-18.

    >>> x, index = TensorSpec((8, 4, 4)), TensorSpec((2, 1), "int64")
    >>> ScatterNd(function="add").elementwise((x, index, TensorSpec((2, 4, 4))))
    32
    """

    function: Annotated[str, Word(("replace", "add", "mul", "max", "min"))] = "replace"

    arity = (3, 3)
    saved = keeps_integers
    view = False
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        x, index, source = xs
        check_indices(index)
        if not index.rank:
            raise ShapeError("the indices are a scalar; their last axis must hold index vectors", "indices of 1 axis or more")
        check_vectors(x, index, 0)
        wanted = (*index.dims[:-1], *x.dims[index.dims[-1] :])
        if source.dims != wanted:
            raise ShapeError(f"the values are {source}, the places {show_shape(wanted)}", f"values of {show_shape(wanted)}")
        return (x,)

    def elementwise(self, xs: Inputs) -> int:
        return 0 if self.function == "replace" else xs[2].numel

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        x, index, source = xs
        lead, length = index.rank - 1, index.dims[-1]
        rest = tuple(Along(length + at, IDENTITY) for at in range(source.rank - lead))
        return ((same_place(x.rank), (UNKNOWN,) * index.rank, (*(UNKNOWN,) * lead, *rest)),)
