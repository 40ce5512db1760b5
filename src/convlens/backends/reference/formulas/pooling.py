"""Pooling: the largest, the mean or the power mean of each window."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from convlens.backends.reference.formulas import Array, formula, places
from convlens.backends.reference.formulas.windows import inside, pads, starts, taps


def _each_window(op: Any, x: Array, value: Callable[[Array, tuple[int, ...]], tuple[float, ...]], outputs: int = 1) -> Any:
    """``value`` of every plane and every start of a window."""
    lead, sizes = x.shape[: -op.axes], x.shape[-op.axes :]
    windows = starts(op, sizes)
    ys = [np.zeros((*lead, *map(len, windows))) for _ in range(outputs)]
    for at in places(ys[0].shape):
        plane, place = x[at[: len(lead)]], at[len(lead) :]
        for y, result in zip(ys, value(plane, tuple(s[i] for s, i in zip(windows, place, strict=True))), strict=True):
            y[at] = result
    return ys[0] if outputs == 1 else tuple(ys)


@formula("max_pool")
def max_pool(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Any:
    """The largest pixel, and its place in the plane counted row by row; minus infinity where a window holds padding only."""

    def value(plane: Array, start: tuple[int, ...]) -> tuple[float, ...]:
        real = [place for place in taps(op, start) if inside(place, plane.shape)]
        if not real:
            return -np.inf, -1
        best = max(real, key=lambda place: plane[place])
        return float(plane[best]), int(np.ravel_multi_index(best, plane.shape))

    values, indices = _each_window(op, xs[0], value, 2)
    return (values, indices.astype(np.int64)) if op.indices else values


@formula("avg_pool")
def avg_pool(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """The sum divided by the number of pixels; padding may count, what lies beyond it never does."""
    sides = pads(op, xs[0].shape[-op.axes :])

    def value(plane: Array, start: tuple[int, ...]) -> tuple[float, ...]:
        under = taps(op, start)
        real = [place for place in under if inside(place, plane.shape)]
        wide = [p for p in under if all(-low <= i < n + high for i, n, (low, high) in zip(p, plane.shape, sides, strict=True))]
        count = op.divisor or len(wide if op.count_include_pad else real)
        return (sum(float(plane[place]) for place in real) / count if count else np.nan,)

    made: Array = _each_window(op, xs[0], value)
    return made


@formula("lp_pool")
def lp_pool(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """``(sum of x**p) ** (1/p)``. PyTorch takes the mean times the kernel's size, so a window that reaches over the end
    counts as if it were whole; with padding, which PyTorch lacks, it is the plain sum.
    """
    padded = any(map(any, pads(op, xs[0].shape[-op.axes :]))) or max(op.dilation) > 1

    def value(plane: Array, start: tuple[int, ...]) -> tuple[float, ...]:
        real = [plane[place] for place in taps(op, start) if inside(place, plane.shape)]
        total = sum(np.float64(v) ** op.p for v in real)
        whole = 1.0 if padded else float(np.prod(op.kernel)) / len(real)
        return (float((total * whole) ** (1 / op.p)),)

    made: Array = _each_window(op, xs[0], value)
    return made


@formula("adaptive_avg_pool", "adaptive_max_pool")
def adaptive(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Any:
    """Output ``y`` of ``size`` covers pixels ``floor(y*n/size)`` to ``ceil((y+1)*n/size) - 1``."""
    x = xs[0]
    lead, sizes = x.shape[: -op.axes], x.shape[-op.axes :]
    wanted = [size or n for size, n in zip(op.size, sizes, strict=True)]
    values, indices = np.zeros((*lead, *wanted)), np.zeros((*lead, *wanted), np.int64)
    for at in places(values.shape):
        bounds = [(y * n // s, -((y + 1) * n // -s)) for y, n, s in zip(at[len(lead) :], sizes, wanted, strict=True)]
        plane = x[at[: len(lead)]]
        part = plane[tuple(slice(low, high) for low, high in bounds)]
        values[at] = part.mean() if op.name == "adaptive_avg_pool" else part.max()
        best = np.unravel_index(part.argmax(), part.shape)
        indices[at] = np.ravel_multi_index(tuple(b + low for b, (low, _) in zip(best, bounds, strict=True)), sizes)
    return (values, indices) if getattr(op, "indices", False) else values


@formula("max_unpool")
def max_unpool(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """Every value goes to the place that its index names; zeros everywhere else."""
    x, indices = xs
    rows = zip(x.shape[-op.axes :], op.kernel, op.stride or op.kernel, op.padding, strict=True)
    sizes = op.size or [(n - 1) * s - low - high + k for n, k, s, (low, high) in rows]
    y = np.zeros((*x.shape[: -op.axes], *sizes))
    for at in places(x.shape):
        y[at[: -op.axes]].flat[int(indices[at])] = x[at]
    return y
