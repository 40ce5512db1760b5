"""Another shape for the same values."""

from itertools import accumulate
from math import prod
from operator import mul
from typing import Annotated

from convlens.arith.axis import IDENTITY, constant
from convlens.ir.errors import ShapeError
from convlens.ir.op import Along, Inputs, Outputs, Read, Scattered
from convlens.ir.setting import Wholes
from convlens.ir.spec import Shape, TensorSpec
from convlens.ops._structure import Structural


class Reshape(Structural, name="reshape"):
    """The same values in the same order under another shape; one size -1 is what remains. Source: torch.reshape.

    >>> str(Reshape(shape=[1, 2, -1, 56, 56]).infer((TensorSpec((1, 240, 56, 56)),))[0])
    '1x2x120x56x56'
    """

    shape: Annotated[tuple[int, ...], Wholes(-1)]

    arity = (1, 1)
    view = True
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        return (xs[0].with_dims(self._resolved(xs[0])),)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        return ((regrouped(xs[0].dims, self._resolved(xs[0])),),)

    def _resolved(self, x: TensorSpec) -> Shape:
        rest = prod(n for n in self.shape if n != -1)
        free = self.shape.count(-1)
        asked = f"[{', '.join(map(str, self.shape))}]"
        if free > 1:
            raise ShapeError(f"the shape {asked} has {free} free sizes", "at most one -1")
        if free and rest and x.numel % rest == 0:
            return tuple(x.numel // rest if n == -1 else n for n in self.shape)
        if free or rest != x.numel:
            raise ShapeError(
                f"{x.numel} values ({x}) do not fit the shape {asked}, which {'needs a multiple of' if free else 'holds'} {rest}",
                f"[{x.dims[0] if x.dims else 1}, -1]" if rest else "",
            )
        return self.shape


def regrouped(dims: Shape, out: Shape) -> Read:
    """How a reshape reads: axes that survive are read in place, axes that merge or split are scattered.

    >>> regrouped((1, 6, 7, 7), (1, 2, 3, 7, 7))[1].axes, regrouped((1, 6, 7, 7), (1, 2, 3, 7, 7))[2]
    ((1, 2), Along(axis=3, map=AxisMap(period=1, advance=1, footprints=(((0, 0),),), finite=False)))
    """
    ends = _common_ends(dims, out)
    read: list[Along | Scattered] = []
    at = made = 0
    for size in ends:
        stop, made_stop = _advance(dims, at, size), _advance(out, made, size)
        wide = [axis for axis in range(at, stop) if dims[axis] != 1]
        targets = tuple(axis for axis in range(made, made_stop) if out[axis] != 1)
        for axis in range(at, stop):
            if dims[axis] == 1:
                read.append(Along(None, constant(0, 0)))
            elif len(wide) == 1 and len(targets) == 1:
                read.append(Along(targets[0], IDENTITY))
            else:
                read.append(Scattered(targets))
        at, made = stop, made_stop
    return tuple(read) + tuple(Along(None, constant(0, 0)) for _ in range(at, len(dims)))


def _common_ends(dims: Shape, out: Shape) -> list[int]:
    """The sizes of the smallest groups of neighbouring axes that hold equally many values on both sides."""
    shared = sorted(set(accumulate(dims, mul)) & set(accumulate(out, mul)))
    return [size // before for before, size in zip([1, *shared], shared, strict=False) if before]


def _advance(dims: Shape, start: int, size: int) -> int:
    total, at = 1, start
    while at < len(dims) and total < size:
        total *= dims[at]
        at += 1
    return at
