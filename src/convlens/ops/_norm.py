"""What the normalisations have in common: a trained scale and shift, and what each statistic is taken over."""

from convlens.arith.axis import IDENTITY
from convlens.ir.errors import ShapeError
from convlens.ir.op import WHOLE, Along, Inputs, Op, Outputs, Read, Shapes
from convlens.ir.spec import TensorSpec
from convlens.ops._backward import no_products


class Normalisation(Op):
    """An output of the same shape as its input; parameters ``weight`` and ``bias``, no MACs."""

    view = False
    gradient_macs = no_products

    def outputs(self, xs: Inputs) -> Outputs:
        return (xs[0],)

    def buffers(self, xs: Inputs) -> Shapes:
        return {}

    def macs(self, xs: Inputs) -> int:
        return 0


def channels_of(x: TensorSpec) -> int:
    """Axis 1; a normalisation over channels needs at least N and C."""
    if x.rank < 2:
        raise ShapeError(f"needs an input of at least 2 axes (N, C); the input {x} has {x.rank}")
    return x.dims[1]


def scale_and_shift(xs: Inputs, affine: bool, shape: tuple[int, ...]) -> Shapes:
    """One scale and one shift for each entry of ``shape``, unless they arrive as inputs."""
    return {"weight": shape, "bias": shape} if affine and len(xs) == 1 else {}


def reads_over(xs: Inputs, over: range) -> tuple[tuple[Read, ...], ...]:
    """Every output reads all of the axes ``over`` and its own place on the others."""
    read = tuple(WHOLE if axis in over else Along(axis, IDENTITY) for axis in range(xs[0].rank))
    return ((read, *((WHOLE,) * w.rank for w in xs[1:])),)
