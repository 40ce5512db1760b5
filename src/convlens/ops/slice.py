"""A part of a tensor."""

from convlens.arith.axis import constant, stepped
from convlens.ir.errors import ShapeError
from convlens.ir.op import Along, AxisRead, Inputs, Outputs, Read
from convlens.ir.setting import Indices
from convlens.ir.spec import TensorSpec
from convlens.ops._structure import Structural, axis_of


class Slice(Structural, name="slice"):
    """Indices ``starts`` to ``stops`` (excluded) in ``steps`` along ``on``, by Python's rules; axes ``drop`` disappear.

    A negative step starts from the end. Source: Python's slices; ONNX operator Slice.

    >>> str(Slice(on=[2, 3], starts=[0, -8], stops=[8, 99]).infer((TensorSpec((1, 3, 32, 32)),))[0])
    '1x3x8x8'
    """

    on: Indices
    starts: Indices
    stops: Indices
    steps: Indices = (1,)
    drop: Indices = ()

    arity = (1, 1)
    view = True
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        dims = list(xs[0].dims)
        for axis, taken in self.taken(xs[0]).items():
            dims[axis] = count(taken)
        return (xs[0].with_dims(tuple(n for axis, n in enumerate(dims) if axis not in self._dropped(xs[0]))),)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        dropped, taken = self._dropped(xs[0]), self.taken(xs[0])
        kept = [axis for axis in range(xs[0].rank) if axis not in dropped]
        places = [kept.index(axis) if axis in kept else None for axis in range(xs[0].rank)]
        everything = [range(size) for size in xs[0].dims]
        return ((tuple(_axis_read(places[axis], taken.get(axis, all_)) for axis, all_ in enumerate(everything)),),)

    def taken(self, x: TensorSpec) -> dict[int, range]:
        """The indices that are kept of each axis in ``on``, or `ShapeError`."""
        steps = self.steps * len(self.on) if len(self.steps) == 1 else self.steps
        if not len(self.on) == len(self.starts) == len(self.stops) == len(steps):
            raise ShapeError(
                f"{len(self.on)} axes, {len(self.starts)} starts, {len(self.stops)} stops and {len(steps)} steps",
                "as many of each",
            )
        if 0 in steps:
            raise ShapeError("a step is 0", "a step of 1")
        axes = [axis_of(axis, x) for axis in self.on]
        if len(set(axes)) < len(axes):
            raise ShapeError(f"the axes [{', '.join(map(str, self.on))}] name one axis twice", "each axis once")
        return {
            axis: range(*slice(start, stop, step).indices(x.dims[axis]))
            for axis, start, stop, step in zip(axes, self.starts, self.stops, steps, strict=True)
        }

    def _dropped(self, x: TensorSpec) -> frozenset[int]:
        return frozenset(axis_of(axis, x) for axis in self.drop)


def _axis_read(out_axis: int | None, taken: range) -> AxisRead:
    if out_axis is None:
        return Along(None, constant(taken.start, taken.start))
    return Along(out_axis, stepped(taken.start, taken.step))


def count(taken: range) -> int:
    """How many indices a slice takes: ``len`` without its limit of 2**63.

    >>> count(range(0, 10**20, 3)), count(range(5, 2)), count(range(5, 2, -1))
    (33333333333333333334, 0, 3)
    """
    step = taken.step
    return max((taken.stop - taken.start + step - (1 if step > 0 else -1)) // step, 0)
