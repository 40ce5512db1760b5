"""Convolution as the sum of products that it is, and its transpose as patches that are painted and added up."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from convlens.backends.reference.formulas import Array, formula, places
from convlens.backends.reference.formulas.windows import folded, inside, starts, taps


@formula("conv")
def convolution(op: Any, xs: Sequence[Array], weights: Mapping[str, Array]) -> Array:
    """``y[o, p] = bias[o] + sum over c, j of w[o, c, j] * x[c, p*stride - padding + dilation*j]``, c in the group of o."""
    x, w = xs[0], weights["weight"]
    if x.ndim == op.axes + 1:
        return convolution(op, [x[None]], weights)[0]
    sizes, windows = x.shape[2:], starts(op, x.shape[2:])
    y = np.zeros((x.shape[0], op.out, *map(len, windows)))
    channels, made = x.shape[1] // op.groups, op.out // op.groups
    for n, o, *at in places(y.shape):
        first = o // made * channels
        total = weights["bias"][o] if "bias" in weights else 0.0
        for tap, place in enumerate(taps(op, tuple(s[i] for s, i in zip(windows, at, strict=True)))):
            pixel = folded(place, sizes, op.padding_mode)
            if pixel is not None:
                for c in range(channels):
                    total += w[o, c].flat[tap] * x[(n, first + c, *pixel)]
        y[(n, o, *at)] = total
    return y


@formula("conv_transpose")
def transposed(op: Any, xs: Sequence[Array], weights: Mapping[str, Array]) -> Array:
    """Every pixel paints ``x * w`` at ``i*stride - padding + dilation*j``; what falls outside is lost."""
    x, w = xs[0], weights["weight"]
    if x.ndim == op.axes + 1:
        return transposed(op, [x[None]], weights)[0]
    rows = zip(x.shape[2:], op.kernel, op.stride, op.padding, op.output_padding, op.dilation, strict=True)
    sizes = tuple((n - 1) * s - low - high + d * (k - 1) + extra + 1 for n, k, s, (low, high), extra, d in rows)
    y = np.zeros((x.shape[0], op.out, *sizes))
    channels, made = x.shape[1] // op.groups, op.out // op.groups
    for n, c, *at in places(x.shape):
        start = tuple(i * s - low for i, s, (low, _) in zip(at, op.stride, op.padding, strict=True))
        for tap, place in enumerate(taps(op, start)):
            if inside(place, sizes):
                for o in range(made):
                    y[(n, c // channels * made + o, *place)] += x[(n, c, *at)] * w[c, o].flat[tap]
    return y + weights["bias"].reshape(-1, *[1] * op.axes) if "bias" in weights else y


@formula("deform_conv")
def deformed(op: Any, xs: Sequence[Array], weights: Mapping[str, Array]) -> Array:
    """A convolution whose taps are moved by their offsets; between pixels it is linear, outside of the image zero."""
    x, offsets, w = xs[0], xs[1], weights["weight"]
    windows, count = starts(op, x.shape[2:]), int(np.prod(op.kernel))
    y = np.zeros((x.shape[0], op.out, *map(len, windows)))
    channels, made, shared = x.shape[1] // op.groups, op.out // op.groups, x.shape[1] // op.offset_groups
    for n, o, *at in places(y.shape):
        total = weights["bias"][o] if "bias" in weights else 0.0
        for tap, place in enumerate(taps(op, tuple(s[i] for s, i in zip(windows, at, strict=True)))):
            for c in range(channels):
                channel = o // made * channels + c
                slot = channel // shared * count + tap
                moved = [p + offsets[(n, slot * op.axes + axis, *at)] for axis, p in enumerate(place)]
                factor = xs[2][(n, slot, *at)] if op.mask else 1.0
                total += w[o, c].flat[tap] * factor * between(x[n, channel], moved)
        y[(n, o, *at)] = total
    return y


def between(image: Array, place: Sequence[float]) -> float:
    """The image at a place between pixels: each of the neighbours by how near it is; zero outside."""
    low = [int(np.floor(p)) for p in place]
    total = 0.0
    for corner in places([2] * len(low)):
        pixel = tuple(a + b for a, b in zip(low, corner, strict=True))
        if inside(pixel, image.shape):
            total += image[pixel] * np.prod([1 - abs(p - q) for p, q in zip(place, pixel, strict=True)])
    return total


@formula("unfold")
def unfold(op: Any, xs: Sequence[Array], weights: Mapping[str, Array]) -> Array:
    """Column by column, the values under the kernel; channels slowest."""
    x = xs[0]
    if x.ndim == op.axes + 1:
        return unfold(op, [x[None]], weights)[0]
    windows = starts(op, x.shape[2:])
    columns = []
    for at in places([len(s) for s in windows]):
        under = taps(op, tuple(s[i] for s, i in zip(windows, at, strict=True)))
        read = [x[_at(p)] if inside(p, x.shape[2:]) else np.zeros(x.shape[:2]) for p in under]
        columns.append(np.stack(read, 2).reshape(x.shape[0], -1))
    return np.stack(columns, 2)


@formula("fold")
def fold(op: Any, xs: Sequence[Array], weights: Mapping[str, Array]) -> Array:
    """Each column is added back to the pixels under its window."""
    x = xs[0]
    if x.ndim == 2:
        return fold(op, [x[None]], weights)[0]
    windows, count = starts(op, op.size), int(np.prod(op.kernel))
    y = np.zeros((x.shape[0], x.shape[1] // count, *op.size))
    for column, at in enumerate(places([len(s) for s in windows])):
        for tap, place in enumerate(taps(op, tuple(s[i] for s, i in zip(windows, at, strict=True)))):
            if inside(place, op.size):
                y[_at(place)] += x[:, tap::count, column]
    return y


def _at(place: tuple[int, ...]) -> Any:
    """The pixel of every image and channel."""
    return (slice(None), slice(None), *place)
