"""Every entry of an axis repeated."""

from typing import Annotated

from convlens.arith.axis import IDENTITY, repeat
from convlens.ir.op import Along, Inputs, Outputs, Read, Scattered, along
from convlens.ir.setting import Count, Whole
from convlens.ops._structure import Structural, axis_of


class RepeatInterleave(Structural, name="repeat_interleave"):
    """Every entry along ``axis`` stands ``times`` times behind itself; without an axis the input is flattened first.

    Source: torch.repeat_interleave with a whole number.

    >>> str(RepeatInterleave(times=2, axis=1).infer((TensorSpec((1, 64, 8)),))[0])
    '1x128x8'
    """

    times: Count
    axis: Annotated[int | None, Whole(None, optional=True)] = None

    arity = (1, 1)
    view = False
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        x = xs[0]
        if self.axis is None:
            return (x.with_dims((x.numel * self.times,)),)
        axis = axis_of(self.axis, x)
        return (x.with_dims((*x.dims[:axis], x.dims[axis] * self.times, *x.dims[axis + 1 :])),)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        rank = xs[0].rank
        if self.axis is None and rank > 1:
            return (((Scattered((0,)),) * rank,),)
        longer = axis_of(self.axis or 0, xs[0]) if rank else 0
        spread = along(longer, lambda: repeat(self.times))
        return ((tuple(spread if axis == longer else Along(axis, IDENTITY) for axis in range(rank)),),)
