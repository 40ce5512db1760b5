"""Several tensors along a new axis."""

from convlens.arith.axis import IDENTITY
from convlens.ir.errors import ShapeError
from convlens.ir.op import Along, Inputs, Outputs, Read
from convlens.ir.setting import Index
from convlens.ir.spec import TensorSpec, show_shape
from convlens.ops._pointwise import promoted
from convlens.ops._structure import Structural


class Stack(Structural, name="stack"):
    """Put inputs of one shape behind each other along a new ``axis``, counted in the output. Source: torch.stack.

    >>> str(Stack(axis=1).infer((TensorSpec((1, 64)), TensorSpec((1, 64))))[0])
    '1x2x64'
    """

    axis: Index = 0

    arity = (1, None)
    view = False
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        axis = self._axis(xs[0])
        if any(x.dims != xs[0].dims for x in xs):
            shapes = ", ".join(show_shape(x.dims) for x in xs)
            raise ShapeError(f"the inputs {shapes} differ in shape", f"all of them {show_shape(xs[0].dims)}")
        return (TensorSpec((*xs[0].dims[:axis], len(xs), *xs[0].dims[axis:]), promoted(xs)),)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        new = self._axis(xs[0])
        return (tuple(tuple(Along(axis + (axis >= new), IDENTITY) for axis in range(x.rank)) for x in xs),)

    def _axis(self, x: TensorSpec) -> int:
        if not -x.rank - 1 <= self.axis <= x.rank:
            raise ShapeError(
                f"a new axis {self.axis} has no place among the axes of {x}", f"an axis from {-x.rank - 1} to {x.rank}"
            )
        return self.axis % (x.rank + 1)
