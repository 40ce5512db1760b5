"""Complex values as pairs."""

from convlens.ir.errors import ShapeError
from convlens.ir.op import Inputs, Outputs, Read
from convlens.ir.spec import TensorSpec
from convlens.ir.spelling import data, spell
from convlens.ops._pointwise import same_place
from convlens.ops._structure import Structural

PARTS = {"complex64": "float32", "complex128": "float64"}


class ViewAsReal(Structural, name="view_as_real"):
    """A new last axis of 2: real and imaginary part. Shares the input's memory. Source: torch.view_as_real.

    >>> str(ViewAsReal().infer((TensorSpec((1, 201, 101), "complex64"),))[0])
    '1x201x101x2'
    """

    arity = (1, 1)
    view = True
    spellings = (spell("torch", "view_as_real", data("input")),)

    def outputs(self, xs: Inputs) -> Outputs:
        (x,) = xs
        if x.dtype not in PARTS:
            raise ShapeError(f"takes complex values; the input {x} is {x.dtype}", "a dtype of complex64")
        return (TensorSpec((*x.dims, 2), PARTS[x.dtype]),)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        return ((same_place(xs[0].rank),),)
