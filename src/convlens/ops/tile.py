"""A tensor repeated as a whole."""

from typing import Annotated

from convlens.arith.axis import IDENTITY, constant, table
from convlens.ir.op import Along, AxisRead, Inputs, Outputs, Read, along
from convlens.ir.setting import Wholes
from convlens.ir.spec import Shape, TensorSpec
from convlens.ops._structure import Structural


class Tile(Structural, name="tile"):
    """The last axes repeated ``repeats`` times, copy behind copy; more repeats than axes make new axes in front.

    Source: torch.tile, torch.Tensor.repeat; ONNX operator Tile-13.

    >>> str(Tile(repeats=[2, 1, 3]).infer((TensorSpec((4, 5)),))[0])
    '2x4x15'
    """

    repeats: Annotated[tuple[int, ...], Wholes(1)]

    arity = (1, 1)
    view = False
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        dims, repeats = self._aligned(xs[0])
        return (xs[0].with_dims(tuple(n * times for n, times in zip(dims, repeats, strict=True))),)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        dims, repeats = self._aligned(xs[0])
        read = [_read(axis, n, times) for axis, (n, times) in enumerate(zip(dims, repeats, strict=True))]
        return ((tuple(read[len(dims) - xs[0].rank :]),),)

    def _aligned(self, x: TensorSpec) -> tuple[Shape, Shape]:
        rank = max(x.rank, len(self.repeats))
        return (1,) * (rank - x.rank) + x.dims, (1,) * (rank - len(self.repeats)) + self.repeats


def _read(axis: int, size: int, times: int) -> AxisRead:
    if times == 1:
        return Along(axis, IDENTITY)
    if size == 1:
        return Along(None, constant(0, 0))
    return along(axis, lambda: table(size * times, lambda y: ((y % size, y % size),)))
