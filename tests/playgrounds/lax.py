"""The three functions of JAX that the page writes, slow and plain, after their documentation: for machines without JAX."""

from collections.abc import Sequence
from itertools import product
from types import SimpleNamespace
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def conv_general_dilated(
    x: Array, w: Array, *, window_strides: Sequence[int], padding: Sequence[tuple[int, int]], dimension_numbers: tuple[str, str, str],
    lhs_dilation: Sequence[int] | None = None, rhs_dilation: Sequence[int] | None = None, feature_group_count: int = 1,
) -> Array:  # fmt: skip
    """Zeros between the pixels, then padding (cropping where it is negative), then windows; the kernel is not turned."""
    space = dimension_numbers[0][2:]
    x = np.transpose(x, [dimension_numbers[0].index(c) for c in "NC" + space])
    w = np.transpose(w, [dimension_numbers[1].index(c) for c in "OI" + space])
    x = _padded(_stretched(x, lhs_dilation or [1] * len(space)), padding, 0.0)
    taps = list(product(*map(range, w.shape[2:])))
    seen = [_tap(x, tap, w.shape[2:], window_strides, rhs_dilation or [1] * len(space)) for tap in taps]
    groups = feature_group_count
    made = [
        sum(
            np.einsum("nc...,oc->no...", part, kernel[(slice(None), slice(None), *tap)])
            for tap, part in zip(taps, parts, strict=True)
        )
        for kernel, parts in zip(
            np.split(w, groups), zip(*[np.split(one, groups, axis=1) for one in seen], strict=True), strict=True
        )
    ]
    assert dimension_numbers[2] == "NC" + space
    return np.concatenate(made, axis=1)


def reduce_window(
    x: Array, start: float, fold: Any, *, window_dimensions: Sequence[int], window_strides: Sequence[int],
    padding: Sequence[tuple[int, int]], window_dilation: Sequence[int] | None = None,
) -> Array:  # fmt: skip
    padded = x
    for axis, (left, right) in enumerate(padding):
        widths = [(0, 0)] * x.ndim
        widths[axis] = (left, right)
        padded = np.pad(padded, widths, constant_values=start)
    dilation = window_dilation or [1] * x.ndim
    taps = product(*map(range, window_dimensions))
    every = [_tap(padded[None, None], tap, window_dimensions, window_strides, dilation)[0, 0] for tap in taps]
    found = np.full_like(every[0], start)
    for one in every:
        found = fold(found, one)
    return found


jax = SimpleNamespace(
    lax=SimpleNamespace(conv_general_dilated=conv_general_dilated, reduce_window=reduce_window, max=np.maximum, add=np.add)
)


def _stretched(x: Array, steps: Sequence[int]) -> Array:
    found = np.zeros([*x.shape[:2], *((n - 1) * s + 1 for n, s in zip(x.shape[2:], steps, strict=True))])
    found[(slice(None), slice(None), *(slice(None, None, s) for s in steps))] = x
    return found


def _padded(x: Array, padding: Sequence[tuple[int, int]], value: float) -> Array:
    for axis, (left, right) in enumerate(padding, 2):
        widths = [(0, 0)] * x.ndim
        widths[axis] = (max(left, 0), max(right, 0))
        x = np.pad(x, widths, constant_values=value)
        x = x.take(range(max(-left, 0), x.shape[axis] - max(-right, 0)), axis)
    return x


def _tap(x: Array, tap: Sequence[int], kernel: Sequence[int], strides: Sequence[int], dilation: Sequence[int]) -> Array:
    """What one weight meets, for all windows."""
    cut = [slice(None), slice(None)]
    for n, at, k, s, d in zip(x.shape[2:], tap, kernel, strides, dilation, strict=True):
        count = (n - d * (k - 1) - 1) // s + 1
        cut.append(slice(at * d, at * d + (count - 1) * s + 1, s))
    return x[tuple(cut)]
