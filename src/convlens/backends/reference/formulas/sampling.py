"""Images read between their pixels: resizing, sampling at a grid, grids of affine maps."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from convlens.backends.reference.formulas import Array, formula, places
from convlens.backends.reference.formulas.convolution import between
from convlens.backends.reference.formulas.windows import inside

CUBIC = -0.75
"""The free number of the cubic kernel, as PyTorch and OpenCV have it. Source: Keys 1981."""

SMOOTH_CUBIC = -0.5
"""The same with ``antialias``, as in Pillow."""


def cubic(distance: float, a: float = CUBIC) -> float:
    """The weight of a pixel that far away."""
    d = abs(distance)
    if d <= 1:
        return (a + 2) * d**3 - (a + 3) * d**2 + 1
    return a * d**3 - 5 * a * d**2 + 8 * a * d - 4 * a if d < 2 else 0.0


@formula("interpolate")
def interpolate(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """Axis by axis, each output as weights of pixels: the separable kernel is the product of them."""
    x = xs[0]
    axes = x.ndim - 2
    asked = op.size or op.scale
    each = list(asked) * (axes if len(asked) == 1 else 1)
    for axis in range(axes):
        n = x.shape[2 + axis]
        out = int(each[axis]) if op.size else int(np.floor(n * each[axis]))
        weights = _smooth_weights if op.antialias else _weights
        rows = [weights(op, y, n, out, n / out if op.size else 1 / each[axis]) for y in range(out)]
        x = np.moveaxis(np.moveaxis(x, 2 + axis, -1) @ np.array(rows).T, -1, 2 + axis)
    return x


def _weights(op: Any, y: int, n: int, out: int, ratio: float) -> Array:
    """How much of each of the ``n`` pixels is in output ``y``."""
    row = np.zeros(n)
    if op.mode == "area":
        low, high = y * n // out, -((y + 1) * n // -out)
        row[low:high] = 1 / (high - low)
        return row
    if op.mode.startswith("nearest"):
        row[min(int(np.floor((y + (0.5 if op.mode == "nearest-exact" else 0)) * ratio)), n - 1)] = 1
        return row
    place = (y * (n - 1) / (out - 1) if out > 1 else 0.0) if op.align_corners else (y + 0.5) * ratio - 0.5
    reach, weight = (2, cubic) if op.mode == "bicubic" else (1, lambda d: 1 - abs(d))
    place = place if op.mode == "bicubic" else max(place, 0.0)
    low = int(np.floor(place))
    for pixel in range(low - reach + 1, low + reach + 1):
        row[min(max(pixel, 0), n - 1)] += weight(place - pixel)
    return row


def _smooth_weights(op: Any, y: int, n: int, out: int, ratio: float) -> Array:
    """The kernel, made wider by the ratio where the image becomes smaller, laid on the pixels that are there; the weights add
    up to 1. Source: ``_compute_indices_min_size_weights_aa`` in PyTorch's aten/src/ATen/native/cpu/UpSampleKernel.cpp.

    ``align_corners`` changes the ratio only, not where outputs begin: the middle of output ``y`` is at ``(y + 1/2) * ratio``.
    """
    if op.align_corners:
        ratio = (n - 1) / (out - 1) if out > 1 else 0.0
    wider = max(ratio, 1.0)
    reach = (2 if op.mode == "bicubic" else 1) * wider
    middle = (y + 0.5) * ratio
    row = np.zeros(n)
    for pixel in range(max(int(middle - reach + 0.5), 0), min(int(middle + reach + 0.5), n)):
        distance = (pixel + 0.5 - middle) / wider
        row[pixel] = cubic(distance, SMOOTH_CUBIC) if op.mode == "bicubic" else max(1 - abs(distance), 0.0)
    smoothed: Array = row / row.sum()
    return smoothed


@formula("grid_sample")
def grid_sample(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """-1 and 1 are the outer edges of the image, or with ``align_corners`` the middles of its outer pixels; x comes first."""
    image, grid = xs
    y = np.zeros((*image.shape[:2], *grid.shape[1:-1]))
    for n, c, *at in places(y.shape):
        sizes = image.shape[2:]
        given = grid[(n, *at)][::-1]
        where = [((g + 1) * (s - 1) if op.align_corners else (g + 1) * s - 1) / 2 for g, s in zip(given, sizes, strict=True)]
        y[(n, c, *at)] = _READ[op.mode](image[n, c], where)
    return y


def _nearest(image: Array, place: Sequence[float]) -> float:
    pixel = tuple(int(np.round(p)) for p in place)
    return float(image[pixel]) if inside(pixel, image.shape) else 0.0


def _bicubic(image: Array, place: Sequence[float]) -> float:
    lows = [int(np.floor(p)) for p in place]
    total = 0.0
    for pixel in product(*[range(low - 1, low + 3) for low in lows]):
        if inside(pixel, image.shape):
            total += image[pixel] * np.prod([cubic(p - q) for p, q in zip(place, pixel, strict=True)])
    return total


_READ = {"bilinear": between, "nearest": _nearest, "bicubic": _bicubic}


@formula("affine_grid")
def affine_grid(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """``theta (p, 1)^T`` for the place p of every output, x first."""
    theta, space = xs[0], op.size[2:]
    y = np.zeros((op.size[0], *space, len(space)))
    for n, *at in places(y.shape[:-1]):
        spots = [_edge_to_edge(i, s, op.align_corners) for i, s in zip(at, space, strict=True)]
        y[(n, *at)] = theta[n] @ np.array([*spots[::-1], 1.0])
    return y


def _edge_to_edge(index: int, size: int, corners: bool) -> float:
    if corners:
        return 2 * index / (size - 1) - 1 if size > 1 else 0.0
    return (2 * index + 1) / size - 1
