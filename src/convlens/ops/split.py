"""One tensor becomes several."""

from itertools import accumulate
from typing import Annotated

from convlens.arith.axis import IDENTITY, shift
from convlens.ir.errors import ShapeError
from convlens.ir.op import Along, Inputs, Outputs, Read
from convlens.ir.setting import Index, Wholes
from convlens.ops._structure import Structural, axis_of


class Split(Structural, name="split"):
    """Cut along ``axis`` into parts of the given ``sizes``, which must add up. Source: torch.split.

    >>> [str(part) for part in Split(axis=1, sizes=[16, 48]).infer((TensorSpec((1, 64, 8, 8)),))]
    ['1x16x8x8', '1x48x8x8']
    """

    axis: Index
    sizes: Annotated[tuple[int, ...], Wholes(0)]

    arity = (1, 1)
    view = True
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        x = xs[0]
        axis = axis_of(self.axis, x)
        if sum(self.sizes) != x.dims[axis]:
            raise ShapeError(
                f"{' + '.join(map(str, self.sizes))} make {sum(self.sizes)}, but axis {axis} of {x} is {x.dims[axis]} long",
                f"sizes that make {x.dims[axis]}",
            )
        return tuple(x.with_dims((*x.dims[:axis], size, *x.dims[axis + 1 :])) for size in self.sizes)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        cut = axis_of(self.axis, xs[0])
        starts = accumulate(self.sizes[:-1], initial=0)
        return tuple(
            (tuple(Along(axis, shift(start) if axis == cut else IDENTITY) for axis in range(xs[0].rank)),) for start in starts
        )
