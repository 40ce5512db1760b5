"""A tensor of which a part is overwritten."""

from convlens.arith.axis import shift
from convlens.ir.errors import ShapeError
from convlens.ir.op import UNKNOWN, Along, AxisRead, Inputs, Outputs, Read
from convlens.ir.setting import Indices
from convlens.ops._pointwise import same_place
from convlens.ops._structure import Structural, axis_of
from convlens.ops.slice import Slice


class Update(Structural, name="update"):
    """The first input with the part that `slice` of these settings takes replaced by the second input, broadcast to it.

    What Python writes ``x[:, :4] = y``. Source: torch.Tensor.__setitem__.

    >>> x, y = TensorSpec((1, 8, 6, 6)), TensorSpec((1, 4, 6, 6))
    >>> str(Update(on=[1], starts=[0], stops=[4]).infer((x, y))[0])
    '1x8x6x6'
    """

    on: Indices
    starts: Indices
    stops: Indices
    steps: Indices = (1,)
    drop: Indices = ()

    arity = (2, 2)
    view = False
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        (part,) = self._slice().outputs(xs[:1])
        pairs = zip(reversed(xs[1].dims), reversed(part.dims), strict=False)
        if xs[1].rank > part.rank or any(size not in (1, wanted) for size, wanted in pairs):
            raise ShapeError(f"the value {xs[1]} does not fit the part {part} of {xs[0]}", f"a value of {part}")
        return (xs[0],)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        x, value = xs
        dropped = {axis_of(axis, x) for axis in self.drop}
        kept = [axis for axis in range(x.rank) if axis not in dropped]
        starts = {axis: taken.start for axis, taken in self._slice().taken(x).items()}
        lead = len(kept) - value.rank
        read: list[AxisRead] = [Along(axis, shift(-starts.get(axis, 0))) for axis in kept[lead:]]
        return ((same_place(x.rank), tuple(read) if set(self.steps) == {1} else (UNKNOWN,) * value.rank),)

    def _slice(self) -> Slice:
        return Slice(**self.settings())
