"""One axis becomes several."""

from math import prod
from typing import Annotated

from convlens.ir.errors import ShapeError
from convlens.ir.op import Inputs, Outputs, Read
from convlens.ir.setting import Index, Wholes
from convlens.ir.spec import Shape, TensorSpec
from convlens.ir.spelling import data, setting, spell
from convlens.ops._structure import Structural, axis_of
from convlens.ops.reshape import regrouped


class Unflatten(Structural, name="unflatten"):
    """The axis ``axis`` becomes axes of the given ``sizes``, whose product it is; one size -1 is what remains.

    Source: torch.nn.Unflatten.

    >>> str(Unflatten(axis=1, sizes=[256, 5, -1]).infer((TensorSpec((1, 6400)),))[0])
    '1x256x5x5'
    """

    axis: Index
    sizes: Annotated[tuple[int, ...], Wholes(-1)]

    arity = (1, 1)
    view = True
    spellings = (
        spell("torch.nn", "Unflatten", setting("dim", "axis"), setting("unflattened_size", "sizes")),
        spell("torch", "unflatten", data("input"), setting("dim", "axis"), setting("sizes")),
    )

    def outputs(self, xs: Inputs) -> Outputs:
        x, axis = xs[0], axis_of(self.axis, xs[0])
        return (x.with_dims((*x.dims[:axis], *self._parts(x, axis), *x.dims[axis + 1 :])),)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        return ((regrouped(xs[0].dims, self.outputs(xs)[0].dims),),)

    def _parts(self, x: TensorSpec, axis: int) -> Shape:
        size, known = x.dims[axis], prod(n for n in self.sizes if n != -1)
        free = self.sizes.count(-1)
        if free > 1 or not known or not self.sizes or size % known or (not free and known != size):
            raise ShapeError(
                f"axis {axis} of {x} is {size} long, which does not make the sizes [{', '.join(map(str, self.sizes))}]",
                f"sizes whose product is {size}, or one of them -1",
            )
        return tuple(size // known if n == -1 else n for n in self.sizes)
