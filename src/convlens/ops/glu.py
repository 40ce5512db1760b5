"""Activation ``glu``."""

from convlens.arith.axis import IDENTITY, AxisMap
from convlens.ir.errors import ShapeError
from convlens.ir.op import Along, Inputs, Outputs, Read
from convlens.ir.setting import Index
from convlens.ir.spelling import data, setting, spell
from convlens.ops._backward import keeps_input
from convlens.ops._structure import axis_of
from convlens.ops._weightless import Weightless


class Glu(Weightless, name="glu"):
    """``a * sigmoid(b)``, where a and b are the two halves of the input along ``axis``: 4 operations for each output.

    Backward keeps the input. Source: Dauphin et al., arXiv:1612.08083v3; torch.nn.GLU.

    >>> str(Glu(axis=1).infer((TensorSpec((1, 128, 50)),))[0])
    '1x64x50'
    """

    axis: Index = -1

    arity = (1, 1)
    saved = keeps_input
    view = False
    spellings = (
        spell("torch.nn", "GLU", setting("dim", "axis", -1)),
        spell("torch", "glu", data("input"), setting("dim", "axis", -1)),
    )

    def outputs(self, xs: Inputs) -> Outputs:
        x, axis = xs[0], axis_of(self.axis, xs[0])
        if x.dims[axis] % 2:
            raise ShapeError(
                f"axis {axis} of {x} is {x.dims[axis]} long, which has no two equal halves",
                f"a size of {x.dims[axis] + 1} there, or another axis",
            )
        return (x.with_dims((*x.dims[:axis], x.dims[axis] // 2, *x.dims[axis + 1 :])),)

    def elementwise(self, xs: Inputs) -> int:
        return 4 * self.outputs(xs)[0].numel

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        halved = axis_of(self.axis, xs[0])
        half = xs[0].dims[halved] // 2
        both = AxisMap(1, 1, (((0, 0), (half, half)) if half > 1 else ((0, 1),),))
        return ((tuple(Along(axis, both if axis == halved else IDENTITY) for axis in range(xs[0].rank)),),)
