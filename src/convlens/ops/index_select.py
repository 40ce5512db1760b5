"""Slices picked along one axis."""

from convlens.arith.axis import IDENTITY
from convlens.ir.backward import Saved, Wanted
from convlens.ir.op import WHOLE, Along, Inputs, Outputs, Read
from convlens.ir.setting import Index
from convlens.ops._structure import Structural, axis_of
from convlens.ops.embedding import check_indices


class IndexSelect(Structural, name="index_select"):
    """The slices ``index`` of ``axis``, copied: that axis is replaced by the axes of the indices.

    Backward keeps the indices. Source: torch.index_select, whose indices have one axis; ONNX operator Gather-13.

    >>> image, rows = TensorSpec((1, 3, 32, 32)), TensorSpec((4, 5), "int64")
    >>> str(IndexSelect(axis=2).infer((image, rows))[0])
    '1x3x4x5x32'
    """

    axis: Index

    arity = (2, 2)
    view = False
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        x, index = xs
        check_indices(index)
        axis = axis_of(self.axis, x)
        return (x.with_dims((*x.dims[:axis], *index.dims, *x.dims[axis + 1 :])),)

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The indices; a single one is no tensor."""
        return Saved(inputs=(1,) * bool(xs[1].rank))

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        x, index = xs
        axis, more = axis_of(self.axis, x), index.rank - 1
        of_x = tuple(WHOLE if at == axis else Along(at if at < axis else at + more, IDENTITY) for at in range(x.rank))
        return ((of_x, tuple(Along(axis + at, IDENTITY) for at in range(index.rank))),)
