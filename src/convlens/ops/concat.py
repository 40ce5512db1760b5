"""Several tensors behind each other."""

from itertools import accumulate

from convlens.arith.axis import IDENTITY, joined
from convlens.ir.errors import ShapeError
from convlens.ir.op import Along, Inputs, Outputs, Read, along
from convlens.ir.setting import Index
from convlens.ir.spec import TensorSpec, show_shape
from convlens.ops._pointwise import promoted
from convlens.ops._structure import Structural, axis_of


class Concat(Structural, name="concat"):
    """Put the inputs behind each other along ``axis``; all other sizes must agree. Source: torch.cat.

    >>> str(Concat(axis=1).infer((TensorSpec((1, 64, 56, 56)), TensorSpec((1, 32, 56, 56))))[0])
    '1x96x56x56'
    """

    axis: Index = 1

    arity = (1, None)
    view = False
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        axis = axis_of(self.axis, xs[0])
        frame = _without(xs[0], axis)
        if any(x.rank != xs[0].rank or _without(x, axis) != frame for x in xs):
            raise ShapeError(
                f"the inputs {', '.join(show_shape(x.dims) for x in xs)} differ in more than axis {axis}",
                f"pad, crop or resize them to {show_shape(frame)} outside axis {axis}",
            )
        total = sum(x.dims[axis] for x in xs)
        return (TensorSpec((*xs[0].dims[:axis], total, *xs[0].dims[axis + 1 :]), promoted(xs)),)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        axis = axis_of(self.axis, xs[0])
        total = self.outputs(xs)[0].dims[axis]
        starts = accumulate((x.dims[axis] for x in xs[:-1]), initial=0)
        return (tuple(_read(x, axis, start, total) for x, start in zip(xs, starts, strict=True)),)


def _without(x: TensorSpec, axis: int) -> tuple[int, ...]:
    return (*x.dims[:axis], *x.dims[axis + 1 :])


def _read(x: TensorSpec, axis: int, start: int, total: int) -> Read:
    return tuple(
        along(axis, lambda: joined(start, x.dims[axis], total)) if a == axis else Along(a, IDENTITY) for a in range(x.rank)
    )
