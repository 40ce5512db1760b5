"""Values or blocks picked by index vectors."""

from typing import Annotated

from convlens.arith.axis import IDENTITY
from convlens.ir.errors import ShapeError
from convlens.ir.op import WHOLE, Along, Inputs, Outputs, Read
from convlens.ir.setting import Whole
from convlens.ir.spec import TensorSpec
from convlens.ops._backward import keeps_integers
from convlens.ops._structure import Structural
from convlens.ops.embedding import check_indices


class GatherNd(Structural, name="gather_nd"):
    """The last axis of the indices holds index vectors of length k: each picks a value, or a block, from the first k axes.

    With ``batch`` axes, which x and the indices have in common, the k axes are those behind them. The output has the
    indices' shape without the last axis, then what is left of x. Backward keeps the indices.
    Source: ONNX operator GatherND-13.

    >>> x, index = TensorSpec((2, 3, 4, 5)), TensorSpec((7, 6, 2), "int64")
    >>> str(GatherNd().infer((x, index))[0])
    '7x6x4x5'
    """

    batch: Annotated[int, Whole(0)] = 0

    arity = (2, 2)
    saved = keeps_integers
    view = False
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        x, index = xs
        check_indices(index)
        check_vectors(x, index, self.batch)
        return (x.with_dims((*index.dims[:-1], *x.dims[self.batch + index.dims[-1] :])),)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        x, index = xs
        first, shift = self.batch + index.dims[-1], index.rank - 1 - self.batch - index.dims[-1]
        of_x = tuple(
            WHOLE if self.batch <= axis < first else Along(axis if axis < self.batch else axis + shift, IDENTITY)
            for axis in range(x.rank)
        )
        return ((of_x, (*(Along(axis, IDENTITY) for axis in range(index.rank - 1)), WHOLE)),)


def check_vectors(x: TensorSpec, index: TensorSpec, batch: int) -> None:
    """Index vectors must not be longer than x has axes behind the batch, which both must share."""
    if min(x.rank, index.rank) <= batch or x.dims[:batch] != index.dims[:batch]:
        raise ShapeError(f"{batch} batch axes of {x} and of the indices {index}", "as many equal axes in front of both, and more")
    if not 1 <= index.dims[-1] <= x.rank - batch:
        raise ShapeError(
            f"index vectors of {index.dims[-1]}, but the input {x} has {x.rank - batch} axes to index",
            f"a last axis from 1 to {x.rank - batch}",
        )
