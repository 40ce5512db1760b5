"""Axes of size 1 repeated."""

from typing import Annotated

from convlens.ir.errors import ShapeError
from convlens.ir.op import Inputs, Outputs, Read
from convlens.ir.setting import Wholes
from convlens.ir.spec import show_shape
from convlens.ops._pointwise import broadcast_read
from convlens.ops._structure import Structural


class Expand(Structural, name="expand"):
    """Every axis of size 1 is repeated to the size in ``shape``; -1 keeps a size. Source: torch.Tensor.expand.

    >>> str(Expand(shape=[8, -1, 768]).infer((TensorSpec((1, 1, 768)),))[0])
    '8x1x768'
    """

    shape: Annotated[tuple[int, ...], Wholes(-1)]

    arity = (1, 1)
    view = True
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        x = xs[0]
        lead = len(self.shape) - x.rank
        if lead < 0 or -1 in self.shape[:lead]:
            raise ShapeError(f"{x} cannot be expanded to [{', '.join(map(str, self.shape))}]", "a shape of at least as many axes")
        asked = tuple(x.dims[axis - lead] if size == -1 else size for axis, size in enumerate(self.shape))
        if any(have not in (1, want) for have, want in zip(x.dims, asked[lead:], strict=True)):
            raise ShapeError(
                f"{x} cannot be expanded to {show_shape(asked)}: only axes of size 1 are repeated", "-1 where a size is to stay"
            )
        return (x.with_dims(asked),)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        return ((broadcast_read(xs[0].dims, self.outputs(xs)[0].dims),),)
