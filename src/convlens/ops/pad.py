"""Values added at the ends of axes, or taken away."""

from typing import Annotated

from convlens.arith.axis import shift
from convlens.ir.errors import ShapeError
from convlens.ir.op import Along, Inputs, Outputs, Read
from convlens.ir.setting import Indices, Number, Word
from convlens.ir.spec import TensorSpec
from convlens.ops._structure import Structural


class Pad(Structural, name="pad"):
    """``before`` and ``after`` values at the ends of each of the last axes; a negative number crops.

    Source: torch.nn.functional.pad; ONNX operator Pad.

    >>> str(Pad(before=[1, 1], after=[1, 2]).infer((TensorSpec((1, 3, 32, 32)),))[0])
    '1x3x34x35'
    """

    before: Indices
    after: Indices
    mode: Annotated[str, Word(("constant", "reflect", "replicate", "circular"))] = "constant"
    value: Number = 0.0

    arity = (1, 1)
    view = False
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        x, first = xs[0], self._first(xs[0])
        self._check_mode(x, first)
        sizes = [n + low + high for n, low, high in zip(x.dims[first:], self.before, self.after, strict=True)]
        for axis, (size, low, high) in enumerate(zip(sizes, self.before, self.after, strict=True), first):
            if size < 1:
                raise ShapeError(f"axis {axis} of {x} would be {size} long", "crop less")
            if x.dims[axis] + min(low, 0) + min(high, 0) < 0:
                raise ShapeError(f"{-min(low, 0) - min(high, 0)} values are cropped from axis {axis} of {x}", "crop less")
        return (x.with_dims((*x.dims[:first], *sizes)),)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        first = self._first(xs[0])
        offsets = (*(0,) * first, *self.before)
        return ((tuple(Along(axis, shift(-offset)) for axis, offset in enumerate(offsets)),),)

    def _first(self, x: TensorSpec) -> int:
        if len(self.before) != len(self.after) or len(self.before) > x.rank:
            raise ShapeError(
                f"{len(self.before)} and {len(self.after)} pads for the {x.rank} axes of {x}", "one pair for each axis"
            )
        return x.rank - len(self.before)

    def _check_mode(self, x: TensorSpec, first: int) -> None:
        limit = {"reflect": -1, "circular": 0}.get(self.mode)
        if limit is None:
            return
        for axis, (low, high) in enumerate(zip(self.before, self.after, strict=True), first):
            if max(low, high) > x.dims[axis] + limit:
                raise ShapeError(
                    f"{max(low, high)} values with mode={self.mode!r} need more than the {x.dims[axis]} on axis {axis} of {x}",
                    f"at most {x.dims[axis] + limit}, or mode='constant'",
                )
