"""What a sliding window does along one spatial axis: which pixels it reads, which of its taps ever meet a real one."""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from convlens.arith.axis import Run, TooIrregularError, window
from convlens.arith.combs import Combs, combs
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
    def live_taps(self) -> Sequence[int]:
        """The taps that meet a real pixel at some output; all others meet padding only, and their weights get no gradient.

        >>> list(Slide(2, 1, 3, 1, 1, 1, 1, 1).live_taps)
        [1]
        """
        if self.size < self.stride:  # a step may leap over the whole input
            return tuple(j for j in range(self.kernel) if self._meets(j * self.dilation - self.left))
        first = -(((self.out - 1) * self.stride - self.left) // self.dilation)
        last = (self.size - 1 + self.left) // self.dilation
        return range(max(first, 0), min(last, self.kernel - 1) + 1)

    def _meets(self, offset: int) -> bool:
        """Does ``offset + y*stride`` lie inside the input for some output ``y``?"""
        first = max(-(offset // self.stride), 0)
        return first < self.out and offset + first * self.stride < self.size

    @property
    def empty(self) -> tuple[Run, ...]:
        """Runs of outputs whose window meets no real pixel at all, the first and the last of each.

        >>> Slide(2, 4, 1, 1, 1, 1, 1, 6).empty
        ((0, 0), (5, 5))
        """
        if self.size >= self.dilation:  # no window can step over the whole input
            return self._between([self._meeting(0, self.reach - 1)])
        return self._between([self._meeting(j * self.dilation, j * self.dilation) for j in range(self.kernel)])

    @property
    def met(self) -> Fraction:
        """The share of all taps at all outputs that meet a real pixel.

        >>> Slide(2, 33, 3, 1, 18, 18, 18, 33).met
        Fraction(7, 11)
        """
        runs = (self._meeting(j * self.dilation, j * self.dilation) for j in range(self.kernel))
        met = sum(max(min(last, self.out - 1) - max(first, 0) + 1, 0) for first, last in runs)
        return Fraction(met, self.kernel * self.out)

    def _meeting(self, first: int, last: int) -> Run:
        """The outputs for which one of the places ``first`` to ``last`` of the window lies inside the input."""
        return -((last - self.left) // self.stride), (self.size - 1 + self.left - first) // self.stride

    def _between(self, runs: list[Run]) -> tuple[Run, ...]:
        """What these runs of outputs leave out."""
        free, at = [], 0
        for first, last in [*sorted(run for run in runs if run[0] <= run[1]), (self.out, self.out)]:
            if at < min(first, self.out):
                free.append((at, min(first, self.out) - 1))
            at = max(at, last + 1)
        return tuple(free)

    @property
    def seen(self) -> Combs | None:
        """The pixels that some window reads; None where that is all of them, or cannot be told.

        >>> Slide(2, 5, 1, 2, 1, 0, 0, 3).seen
        (Comb(first=0, length=1, step=2, times=3),)
        """
        if self.dilation == 1 and self.stride <= self.kernel and self.left >= 0 and self.remainder <= self.right:
            return None
        return _seen(self)

    @property
    def endless(self) -> "Slide":
        """The same with windows as far as the input goes, whether or not they lie in it as a whole.

        >>> Slide(2, 224, 11, 4, 1, 0, 0, 54).endless.dropped
        0
        """
        return self._replace(out=max((self.size + self.left) // self.stride + 1, self.out))


@lru_cache(maxsize=KEPT)
def _seen(slide: Slide) -> Combs | None:
    try:
        return combs(window(slide.kernel, slide.stride, slide.left, slide.dilation), slide.out, slide.size)
    except TooIrregularError:
        return None


@lru_cache(maxsize=KEPT)
def slides(op: Op, x: TensorSpec, out: TensorSpec) -> tuple[Slide, ...]:
    """A `Slide` for each spatial axis; none for an operator that is no window (`convlens.ops._window.Window`)."""
    if not isinstance(op, Window):
        return ()
    first = channel_axis(op, x) + 1
    counts = out.dims[first:] if out.rank == x.rank else op.windows(x)  # unfold puts all windows on one axis
    each = zip(spatial(op, x), op.kernel, op.steps(), op.dilation, op.pads(x), counts, strict=True)
    return tuple(
        Slide(first + at, size, kernel, stride, dilation, left, right, count)
        for at, (size, kernel, stride, dilation, (left, right), count) in enumerate(each)
    )
