"""What a sliding window does along one spatial axis: which pixels it reads, which of its taps ever meet a real one."""

from functools import lru_cache
from typing import NamedTuple

from convlens.arith.padding import span
from convlens.ir.op import Op
from convlens.ir.spec import TensorSpec
from convlens.ops._window import Window, channel_axis, spatial

KEPT = 8192


class Slide(NamedTuple):
    """A window of ``kernel`` taps, ``dilation`` apart, along axis ``axis`` of its input, which is ``size`` long.

    Output ``y`` of ``out`` reads ``y*stride - left + dilation*j`` for ``0 <= j < kernel``.
    """

    axis: int
    size: int
    kernel: int
    stride: int
    dilation: int
    left: int
    right: int
    out: int

    @property
    def reach(self) -> int:
        """Pixels from the first tap to the last.

        >>> Slide(2, 8, 3, 1, 2, 2, 2, 8).reach
        5
        """
        return span(self.kernel, self.dilation)

    @property
    def remainder(self) -> int:
        """Pixels of the padded input at the right that no window reaches; negative where ceil_mode goes beyond it."""
        return self.size + self.left + self.right - self.reach - (self.out - 1) * self.stride

    @property
    def dropped(self) -> int:
        """Real pixels at the right that no window reaches.

        >>> Slide(2, 224, 11, 4, 1, 0, 0, 54).dropped
        1
        """
        return min(max(self.remainder - self.right, 0), self.size)

    @property
    def shift(self) -> float:
        """Pixels by which the middle of all outputs lies left of the middle of the input: 0 where both sides are alike.

        >>> Slide(2, 8, 2, 1, 1, 0, 1, 8).shift, Slide(2, 224, 7, 2, 1, 3, 3, 112).shift
        (-0.5, 0.5)
        """
        first = -self.left + (self.reach - 1) / 2
        return (self.size - 1) / 2 - (first + (self.out - 1) * self.stride / 2)

    @property
    def live_taps(self) -> tuple[int, ...]:
        """The taps that meet a real pixel at some output; all others meet padding only, and their weights get no gradient.

        >>> Slide(2, 1, 3, 1, 1, 1, 1, 1).live_taps
        (1,)
        """
        return tuple(j for j in range(self.kernel) if self._meets(j * self.dilation - self.left))

    def _meets(self, offset: int) -> bool:
        """Does ``offset + y*stride`` lie inside the input for some output ``y``?"""
        first = max(-(offset // self.stride), 0)
        return first < self.out and offset + first * self.stride < self.size

    @property
    def empty(self) -> tuple[int, ...]:
        """The outputs whose window meets no real pixel at all; those in the middle of the map are never empty for dilation 1.

        >>> Slide(2, 4, 1, 1, 1, 1, 1, 6).empty
        (0, 5)
        """
        return tuple(y for y in range(self.out) if not self._reads_any(y * self.stride - self.left))

    def _reads_any(self, start: int) -> bool:
        first = max(-(start // self.dilation), 0)
        return first < self.kernel and start + first * self.dilation < self.size


@lru_cache(maxsize=KEPT)
def slides(op: Op, x: TensorSpec, out: TensorSpec) -> tuple[Slide, ...]:
    """A `Slide` for each spatial axis; none for an operator that is no window (`convlens.ops._window.Window`)."""
    if not isinstance(op, Window):
        return ()
    first = channel_axis(op, x) + 1
    each = zip(spatial(op, x), op.kernel, op.steps(), op.dilation, op.pads(x), out.dims[first:], strict=True)
    return tuple(
        Slide(first + at, size, kernel, stride, dilation, left, right, count)
        for at, (size, kernel, stride, dilation, (left, right), count) in enumerate(each)
    )
