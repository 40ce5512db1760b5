"""Values picked along one axis, by an index for each output."""

from convlens.arith.axis import IDENTITY
from convlens.ir.backward import Saved, Wanted
from convlens.ir.errors import ShapeError
from convlens.ir.op import WHOLE, Along, Inputs, Outputs, Read
from convlens.ir.setting import Index
from convlens.ir.spelling import data, ignored, setting, spell
from convlens.ops._pointwise import same_place
from convlens.ops._structure import Structural, axis_of
from convlens.ops.embedding import check_indices


class Gather(Structural, name="gather"):
    """``y[i, j] = x[index[i, j], j]`` for ``axis`` 0, and so on: the output has the shape of the indices.

    The indices have as many axes as x and, apart from ``axis``, at most its sizes. Backward keeps the indices.
    Source: torch.gather; ONNX operator GatherElements-13.

    >>> scores, best = TensorSpec((8, 1000)), TensorSpec((8, 5), "int64")
    >>> str(Gather(axis=1).infer((scores, best))[0])
    '8x5'
    """

    axis: Index

    arity = (2, 2)
    view = False
    spellings = (spell("torch", "gather", data("input"), setting("dim", "axis"), data("index"), ignored("sparse_grad")),)

    def outputs(self, xs: Inputs) -> Outputs:
        x, index = xs
        check_indices(index)
        check_picked(x.dims, index.dims, axis_of(self.axis, x) if x.rank else 0)
        return (x.with_dims(index.dims),)

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The input and the indices."""
        return Saved(inputs=(0, 1))

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        x, index = xs
        axis = self.axis % max(x.rank, 1)
        of_x = tuple(WHOLE if at == axis else Along(at, IDENTITY) for at in range(x.rank))
        return ((of_x, same_place(index.rank)),)


def check_picked(dims: tuple[int, ...], index: tuple[int, ...], axis: int) -> None:
    """Indices into ``dims`` along ``axis`` must lie within the other axes."""
    if len(dims) != len(index):
        raise ShapeError(f"the input has {len(dims)} axes and the indices have {len(index)}", f"indices of {len(dims)} axes")
    for at, (size, wanted) in enumerate(zip(dims, index, strict=True)):
        if at != axis and wanted > size:
            raise ShapeError(f"the indices are {wanted} long on axis {at}, where the input has {size}", f"at most {size}")
