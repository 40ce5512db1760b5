"""Values written one after the other to where a mask is true."""

from convlens.ir.errors import ShapeError
from convlens.ir.op import UNKNOWN, Inputs, Outputs, Read
from convlens.ops._backward import keeps_integers
from convlens.ops._pointwise import broadcast, broadcast_read, same_place
from convlens.ops._structure import Structural


class MaskedScatter(Structural, name="masked_scatter"):
    """``y = x``, and where the mask is true, the next value of the source. Backward keeps the mask.

    The mask and x are broadcast against each other; how many values of the source are read depends on the mask.
    Source: torch.Tensor.masked_scatter; ``x[mask] = values``.

    >>> x, mask = TensorSpec((2, 3, 8)), TensorSpec((2, 3, 1), "bool")
    >>> str(MaskedScatter().infer((x, mask, TensorSpec((5, 8))))[0])
    '2x3x8'
    """

    arity = (3, 3)
    saved = keeps_integers
    view = False
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        x, mask, source = xs
        if mask.dtype != "bool":
            raise ShapeError(f"its mask {mask} is {mask.dtype}; it must be true or false", "a dtype of bool")
        if source.dtype != x.dtype:
            raise ShapeError(f"the source is {source.dtype} and the input {x.dtype}", "one dtype for both")
        return (x.with_dims(broadcast([x.dims, mask.dims])),)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        x, mask, source = xs
        out = self.outputs(xs)[0].dims
        of_x = same_place(x.rank) if x.dims == out else broadcast_read(x.dims, out)
        return ((of_x, broadcast_read(mask.dims, out), (UNKNOWN,) * source.rank),)
