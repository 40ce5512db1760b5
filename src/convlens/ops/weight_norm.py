"""A weight given by its direction and its length."""

from convlens.arith.axis import IDENTITY
from convlens.ir.backward import Saved, Wanted
from convlens.ir.errors import ShapeError
from convlens.ir.op import WHOLE, Along, Inputs, Outputs, Read
from convlens.ir.setting import Index
from convlens.ir.spec import Shape, TensorSpec, show_shape
from convlens.ir.spelling import data, setting, spell
from convlens.ops._pointwise import broadcast_read
from convlens.ops._structure import axis_of
from convlens.ops._weightless import Weightless


class WeightNorm(Weightless, name="weight_norm"):
    """``g * v / ||v||``: direction ``v`` (first input) and lengths ``g`` (second), one for each entry of ``axis``.

    With axis -1 there is one length for the whole weight, as in PyTorch. The parameters are those of the inputs.
    Element-wise: 4 for each value of v (square, add, divide, multiply). Backward keeps both inputs.
    Source: Salimans & Kingma, arXiv:1602.07868v3, equation 2; torch.nn.utils.weight_norm.

    >>> str(WeightNorm().infer((TensorSpec((64, 3, 7, 7)), TensorSpec((64, 1, 1, 1))))[0])
    '64x3x7x7'
    """

    axis: Index = 0

    arity = (2, 2)
    view = False
    spellings = (spell("torch", "_weight_norm", data("v"), data("g"), setting("dim", "axis", 0)),)

    def outputs(self, xs: Inputs) -> Outputs:
        v, g = xs
        if g.dims != self._lengths(v):
            raise ShapeError(
                f"the lengths {g} do not fit the direction {v}, which has {show_shape(self._lengths(v))} of them",
                f"lengths of {show_shape(self._lengths(v))}",
            )
        return (v,)

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """Direction, magnitude, and the norm that the direction had."""
        return Saved((0, 1), made=xs[1].bytes)

    def elementwise(self, xs: Inputs) -> int:
        return 4 * xs[0].numel

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        v, g = xs
        own = None if self.axis == -1 else axis_of(self.axis, v)
        direction = tuple(Along(axis, IDENTITY) if axis == own else WHOLE for axis in range(v.rank))
        return ((direction, broadcast_read(g.dims, v.dims)),)

    def _lengths(self, v: TensorSpec) -> Shape:
        if self.axis == -1:
            return ()
        own = axis_of(self.axis, v)
        return tuple(n if axis == own else 1 for axis, n in enumerate(v.dims))
