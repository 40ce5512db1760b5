"""Values picked by the indices of several axes together."""

from convlens.arith.axis import IDENTITY
from convlens.ir.op import WHOLE, Along, AxisRead, Inputs, Outputs, Read
from convlens.ir.setting import Indices
from convlens.ir.spec import TensorSpec
from convlens.ops._backward import keeps_integers
from convlens.ops._indexing import Picked, picked
from convlens.ops._pointwise import broadcast_read
from convlens.ops._structure import Structural


class Index(Structural, name="index"):
    """``x[i, j]``: one index for each axis of ``on``, broadcast against each other; they pick one value at a time.

    The indexed axes are replaced by the axes of the indices: where they stand side by side, there; else in front.
    Backward keeps the indices. Source: NumPy, "Advanced indexing"; torch.Tensor.__getitem__.

    >>> image, rows, columns = TensorSpec((1, 3, 32, 32)), TensorSpec((5, 1), "int64"), TensorSpec((7,), "int64")
    >>> str(Index(on=[2, 3]).infer((image, rows, columns))[0])
    '1x3x5x7'
    """

    on: Indices

    arity = (2, None)
    saved = keeps_integers
    view = False
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        return (xs[0].with_dims(picked(xs[0], self.on, xs[1:]).dims),)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        found = picked(xs[0], self.on, xs[1:])
        of_x: Read = tuple(Along(found.axis(a), IDENTITY) if a in found.kept else WHOLE for a in range(xs[0].rank))
        return ((of_x, *(_of_index(index, found) for index in xs[1:])),)


def _of_index(index: TensorSpec, found: Picked) -> Read:
    """The indices' own axes, broadcast, at their place in the output."""
    common = found.dims[found.place : found.place + found.axes]
    return tuple(_moved(read, found.place) for read in broadcast_read(index.dims, common))


def _moved(read: AxisRead, by: int) -> AxisRead:
    return Along(read.axis + by, read.map) if isinstance(read, Along) and read.axis is not None else read
