"""Pairs as complex values."""

from convlens.ir.errors import ShapeError
from convlens.ir.op import WHOLE, Inputs, Outputs, Read
from convlens.ir.spec import TensorSpec
from convlens.ir.spelling import data, spell
from convlens.ops._pointwise import same_place
from convlens.ops._structure import Structural

COMPLEX = {"float32": "complex64", "float64": "complex128"}


class ViewAsComplex(Structural, name="view_as_complex"):
    """The last axis, of 2, becomes one complex value. Shares the input's memory. Source: torch.view_as_complex.

    >>> str(ViewAsComplex().infer((TensorSpec((1, 201, 101, 2)),))[0])
    '1x201x101'
    """

    arity = (1, 1)
    view = True
    spellings = (spell("torch", "view_as_complex", data("input")),)

    def outputs(self, xs: Inputs) -> Outputs:
        (x,) = xs
        if x.dims[-1:] != (2,) or x.dtype not in COMPLEX:
            raise ShapeError(f"takes a last axis of 2 real values; the input {x} is {x.dtype}", "a last axis of 2 of float32")
        return (TensorSpec(x.dims[:-1], COMPLEX[x.dtype]),)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        return (((*same_place(xs[0].rank - 1), WHOLE),),)
