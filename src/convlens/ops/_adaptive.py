"""What both adaptive poolings have in common: the output size is given, the windows follow from it."""

from math import gcd
from typing import Any

from convlens.arith.axis import IDENTITY, adaptive
from convlens.ir.errors import SettingError
from convlens.ir.op import WHOLE, Along, AxisRead, Inputs, Outputs, Read, along
from convlens.ir.spec import Shape, TensorSpec
from convlens.ir.spelling import Codec
from convlens.ops._weightless import Weightless
from convlens.ops._window import channel_axis


def _zero_for_none(value: Any, axes: int) -> tuple[int, ...]:
    entries = value if isinstance(value, tuple | list) else (value,) * axes
    if value is None or 0 in entries:
        raise SettingError(f"output_size is {value!r}; each entry must be at least 1, or None to keep the input's size")
    return tuple(0 if entry is None else entry for entry in entries)


ZERO_FOR_NONE = Codec(
    _zero_for_none,
    lambda value, axes: value[0] if len(set(value)) == 1 and value[0] else tuple(v or None for v in value),
)


class Adaptive(Weightless):
    """Output ``y`` of ``size`` reads input ``floor(y*n/size)`` to ``ceil((y+1)*n/size) - 1``. A size 0 keeps the input's."""

    size: tuple[int, ...]
    arity = (1, 1)
    view = False

    def lead(self, x: TensorSpec) -> int:
        """The number of axes before those that are pooled."""
        return channel_axis(self, x) + 1

    def sizes(self, xs: Inputs) -> Shape:
        return tuple(want or have for want, have in zip(self.size, self._pooled(xs), strict=True))

    def _pooled(self, xs: Inputs) -> Shape:
        return xs[0].dims[self.lead(xs[0]) :]

    def outputs(self, xs: Inputs) -> Outputs:
        x = xs[0]
        return (x.with_dims((*x.dims[: self.lead(x)], *self.sizes(xs))),)

    def elementwise(self, xs: Inputs) -> int:
        total = xs[0].numel
        for have, want in zip(self._pooled(xs), self.sizes(xs), strict=True):
            total = total // have * _read_count(have, want)
        return total

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        first = self.lead(xs[0])
        lead: Read = tuple(Along(axis, IDENTITY) for axis in range(first))
        pairs = zip(self._pooled(xs), self.sizes(xs), strict=True)
        return (((*lead, *(_read(first + i, have, want) for i, (have, want) in enumerate(pairs))),),)


def _read(axis: int, have: int, want: int) -> AxisRead:
    if want == 1 and have > 1:
        return WHOLE
    return along(axis, lambda: adaptive(have, want))


def _read_count(have: int, want: int) -> int:
    """Pixels read by all windows of one axis together.

    Neighbouring windows share one pixel wherever their border falls inside it.

    >>> _read_count(6, 3), _read_count(10, 7)
    (6, 16)
    """
    return have + want - gcd(have, want)
