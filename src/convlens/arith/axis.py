"""Which input indices does an output index read, along one axis?

Every window that slides, stretches or rescales repeats itself: if output ``y`` reads some indices, output
``y + period`` reads the same ones moved by ``advance``. An `AxisMap` writes one period down, so composing a whole
network stays exact and needs no assumption about alignment.

A *footprint* is the set of indices that one output reads: sorted, disjoint, inclusive runs ``((low, high), ...)``.
Indices outside the input (padding) are kept, so that a receptive field does not depend on where it is clipped.

Source: Araujo, Norris, Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019,
doi 10.23915/distill.00021, generalised from intervals to exact sets with a period.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm
from typing import NamedTuple

Run = tuple[int, int]
Footprint = tuple[Run, ...]

MAX_PHASES = 1024
"""An axis map with more distinct output positions than this is reported as unknown rather than computed."""

MAX_RUNS = 4096
"""A footprint with more separate runs than this is reported as unknown rather than computed."""


MAX_OVERLAP = 16
"""While they are collected, runs may overlap so many times over before the map is given up as too irregular."""


class TooIrregularError(ValueError):
    """The pattern is finite but larger than `MAX_PHASES` or `MAX_RUNS`."""


class AxisMap(NamedTuple):
    """Output ``y`` reads ``footprints[y % period]`` moved by ``y // period * advance``.

    Where it is ``finite`` it is a table of ``period`` outputs that follow no rule, and beyond it nothing is read.
    """

    period: int
    advance: int
    footprints: tuple[Footprint, ...]
    finite: bool = False

    def at(self, y: int) -> Footprint:
        """The indices that output ``y`` reads.

        >>> window(kernel=3, stride=2, padding=1).at(1)
        ((1, 3),)
        """
        if self.finite and not 0 <= y < self.period:
            return ()
        turns, phase = divmod(y, self.period)
        return _moved(self.footprints[phase], turns * self.advance)

    @property
    def stride(self) -> Fraction:
        """Input pixels that the window moves for each output pixel; a fraction after upsampling."""
        return Fraction(self.advance, self.period)

    @property
    def padding(self) -> int:
        """How far the window of output 0 reaches to the left of the input; negative where it starts inside.

        >>> window(kernel=7, stride=2, padding=3).padding
        3
        """
        first = next((f for f in self.footprints if f), ())
        return -first[0][0] if first else 0

    @property
    def sizes(self) -> tuple[int, int]:
        """Smallest and largest hull, from the first to the last index read, over all output positions."""
        return _range_of([_hull_size(f) for f in self.footprints if f])

    @property
    def supports(self) -> tuple[int, int]:
        """Smallest and largest number of indices really read, over all output positions."""
        return _range_of([_support_size(f) for f in self.footprints if f])


def window(kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> AxisMap:
    """Convolution and pooling: output ``y`` reads ``y*stride - padding + dilation*j`` for ``0 <= j < kernel``.

    >>> window(kernel=3, dilation=2)
    AxisMap(period=1, advance=1, footprints=(((0, 0), (2, 2), (4, 4)),), finite=False)
    """
    return AxisMap(1, stride, (_progression(-padding, dilation, kernel),))


def transposed(kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> AxisMap:
    """Transposed convolution: output ``y`` reads every ``i`` with ``y + padding - dilation*j == i*stride``.

    >>> transposed(kernel=3, stride=2)
    AxisMap(period=2, advance=1, footprints=(((-1, 0),), ((0, 0),)), finite=False)
    """
    _check_phases(stride)
    step = gcd(stride, dilation)
    return AxisMap(stride, 1, tuple(_sources(y + padding, kernel, stride, dilation, step) for y in range(stride)))


def _sources(position: int, kernel: int, stride: int, dilation: int, step: int) -> Footprint:
    if position % step:
        return ()
    taps_apart, first = stride // step, -1
    for j in range(min(kernel, taps_apart)):
        if (position - dilation * j) % stride == 0:
            first = j
            break
    if first < 0:
        return ()
    count = (kernel - 1 - first) // taps_apart + 1
    last = first + (count - 1) * taps_apart
    return _progression((position - dilation * last) // stride, dilation // step, count)


def shift(offset: int) -> AxisMap:
    """Output ``y`` reads ``y + offset``: padding, cropping, a slice of step 1."""
    return AxisMap(1, 1, (((offset, offset),),))


IDENTITY = shift(0)


def stepped(start: int, step: int) -> AxisMap:
    """Output ``y`` reads ``start + step*y``: a slice; ``step`` may be negative (a flip)."""
    return AxisMap(1, step, (((start, start),),))


def constant(low: int, high: int) -> AxisMap:
    """Every output reads the same indices ``low`` to ``high``."""
    return AxisMap(1, 0, (((low, high),),))


def repeat(factor: int) -> AxisMap:
    """Output ``y`` reads ``floor(y / factor)``: nearest upsampling, pixel shuffle."""
    _check_phases(factor)
    return AxisMap(factor, 1, (((0, 0),),) * factor)


def nearest(size: int, out: int) -> AxisMap:
    """Nearest-neighbour resize: output ``y`` reads ``floor(y * size / out)``."""
    return _resized(size, out, lambda y: (y * size // out, y * size // out))


def nearest_centre(size: int, out: int) -> AxisMap:
    """Nearest-neighbour resize by pixel centres: output ``y`` reads ``floor((y + 1/2) * size / out)``.

    >>> nearest_centre(4, 2).at(0)
    ((1, 1),)
    """
    return _resized(size, out, lambda y: ((2 * y + 1) * size // (2 * out),) * 2)


def linear(size: int, out: int, *, align_corners: bool = False) -> AxisMap:
    """Linear resize: the two pixels around ``(y + 1/2) * size / out - 1/2``, or one where it falls on a pixel.

    With ``align_corners`` the position is ``y * (size - 1) / (out - 1)``.

    >>> linear(4, 8).sizes
    (2, 2)
    """
    return _resized(*_resize_ratio(size, out, align_corners), _reader(size, out, align_corners, reach=1))


def cubic(size: int, out: int, *, align_corners: bool = False) -> AxisMap:
    """Cubic resize: four pixels around the position of `linear`, or one where it falls on a pixel."""
    return _resized(*_resize_ratio(size, out, align_corners), _reader(size, out, align_corners, reach=2))


def adaptive(size: int, out: int) -> AxisMap:
    """Adaptive pooling: output ``y`` reads ``floor(y*size/out)`` to ``ceil((y+1)*size/out) - 1``.

    >>> adaptive(10, 7).sizes
    (2, 3)
    """
    return _resized(size, out, lambda y: (y * size // out, -(-(y + 1) * size // out) - 1))


def table(length: int, read: Callable[[int], Footprint]) -> AxisMap:
    """A finite axis written out: output ``y`` of ``length`` reads ``read(y)``, which may be nothing.

    >>> table(3, lambda y: ((2 - y, 2 - y),)).at(0)
    ((2, 2),)
    """
    _check_phases(length)
    return AxisMap(length, 0, tuple(map(read, range(length))), finite=True)


def joined(start: int, size: int, total: int) -> AxisMap:
    """One part of a concatenation: outputs ``start`` to ``start + size - 1`` of ``total`` read it, the others nothing.

    >>> joined(2, 1, 3).footprints
    ((), (), ((0, 0),))
    """
    return table(total, lambda y: ((y - start, y - start),) if start <= y < start + size else ())


@lru_cache(maxsize=4096)
def compose(outer: AxisMap, inner: AxisMap) -> AxisMap:
    """The map of two steps: ``inner`` leads from the output to a middle axis, ``outer`` from there to the input.

    >>> compose(window(kernel=3, stride=2), window(kernel=3)).sizes
    (7, 7)
    """
    if inner == IDENTITY:
        return outer
    if outer == IDENTITY:
        return inner
    if outer.finite and inner.advance:
        return table(_reached(outer, inner), lambda y: _through(outer, inner.at(y)))
    if inner.finite:
        return table(inner.period, lambda y: _through(outer, inner.footprints[y]))
    turns = outer.period // gcd(outer.period, inner.advance)
    period = inner.period * turns
    _check_phases(period)
    advance = inner.advance * turns // outer.period * outer.advance
    return _shortest(AxisMap(period, advance, tuple(_through(outer, inner.at(y)) for y in range(period))))


@lru_cache(maxsize=4096)
def union(first: AxisMap, second: AxisMap, size: int) -> AxisMap:
    """What an output of length ``size`` reads through either of two branches.

    Branches of different stride have no common period; then every output position is written out.

    >>> union(window(kernel=3, padding=1), window(kernel=5, padding=2), size=8).sizes
    (5, 5)
    """
    if first == second:
        return first
    if first.stride == second.stride and not (first.finite or second.finite):
        period = lcm(first.period, second.period)
        _check_phases(period)
        advance = first.advance * (period // first.period)
        return _shortest(AxisMap(period, advance, tuple(_merged([*first.at(y), *second.at(y)]) for y in range(period))))
    return table(size, lambda y: _merged([*first.at(y), *second.at(y)]))


def _reached(outer: AxisMap, inner: AxisMap) -> int:
    """How many outputs there are before ``inner`` has left the table ``outer``."""
    indices = [index for footprint in inner.footprints for run in footprint for index in run] or [0]
    left = outer.period - 1 - min(indices) if inner.advance > 0 else max(indices)
    count = inner.period * (max(left, 0) // abs(inner.advance) + 1)
    _check_phases(count)
    return count


def _through(outer: AxisMap, middle: Footprint) -> Footprint:
    runs: list[Run] = []
    for low, high in middle:
        _add_image(runs, outer, low, high)
    return _merged(runs)


def _add_image(runs: list[Run], outer: AxisMap, low: int, high: int) -> None:
    """What the middle indices ``low`` to ``high`` read; given up before the runs take more memory than their limit needs."""
    if outer.finite:
        low, high = max(low, 0), min(high, outer.period - 1)
    for start in range(low, min(high, low + outer.period - 1) + 1):
        count = (high - start) // outer.period + 1
        for first, last in outer.at(start):
            runs.extend(_swept(first, last, outer.advance, count))
        _check_runs(len(runs) // MAX_OVERLAP)


def _swept(first: int, last: int, step: int, count: int) -> Footprint:
    """The run ``first..last`` repeated ``count`` times, each ``step`` further on."""
    if abs(step) <= last - first + 1:
        far = step * (count - 1)
        return ((first + min(far, 0), last + max(far, 0)),)
    _check_runs(count)
    return tuple((first + step * i, last + step * i) for i in range(count))


def _progression(first: int, step: int, count: int) -> Footprint:
    if step == 1 or count == 1:
        return ((first, first + step * (count - 1)),)
    return _swept(first, first, step, count)


def _merged(runs: list[Run]) -> Footprint:
    runs.sort()
    merged: list[Run] = []
    for low, high in runs:
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    _check_runs(len(merged))
    return tuple(merged)


def _shortest(axis_map: AxisMap) -> AxisMap:
    """The same map with the smallest period that describes it."""
    period, advance, footprints, _ = axis_map
    for shorter in range(1, period):
        if period % shorter or advance * shorter % period:
            continue
        step = advance * shorter // period
        if all(footprints[y] == _moved(footprints[y - shorter], step) for y in range(shorter, period)):
            return AxisMap(shorter, step, footprints[:shorter])
    return axis_map


def _moved(footprint: Footprint, by: int) -> Footprint:
    return tuple((low + by, high + by) for low, high in footprint) if by else footprint


def _resize_ratio(size: int, out: int, align_corners: bool) -> tuple[int, int]:
    return (size - 1, max(out - 1, 1)) if align_corners else (size, out)


def _reader(size: int, out: int, align_corners: bool, reach: int) -> Callable[[int], Run]:
    def read(y: int) -> Run:
        top, bottom = _resize_ratio(size, out, align_corners)
        position = Fraction(y * top, bottom) if align_corners else Fraction((2 * y + 1) * top - bottom, 2 * bottom)
        low = position.numerator // position.denominator
        return (low, low) if position == low else (low - reach + 1, low + reach)

    return read


def _resized(size: int, out: int, read: Callable[[int], Run]) -> AxisMap:
    common = gcd(size, out)
    period = out // common
    _check_phases(period)
    return _shortest(AxisMap(period, size // common, tuple((read(y),) for y in range(period))))


def _hull_size(footprint: Footprint) -> int:
    return footprint[-1][1] - footprint[0][0] + 1


def _support_size(footprint: Footprint) -> int:
    return sum(high - low + 1 for low, high in footprint)


def _range_of(sizes: list[int]) -> tuple[int, int]:
    return (min(sizes), max(sizes)) if sizes else (0, 0)


def _check_phases(period: int) -> None:
    if period > MAX_PHASES:
        raise TooIrregularError(f"the pattern repeats only after {period} outputs (the limit is {MAX_PHASES})")


def _check_runs(count: int) -> None:
    if count > MAX_RUNS:
        raise TooIrregularError(f"one output reads {count} separate runs of pixels (the limit is {MAX_RUNS})")
