"""Operators that only move values."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from convlens.backends.reference.formulas import Array, formula, places
from convlens.backends.reference.formulas.windows import folded


@formula("concat")
def concat(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    return np.concatenate(xs, op.axis)


@formula("stack")
def stack(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    return np.stack(xs, op.axis)


@formula("split")
def split(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> tuple[Array, ...]:
    return tuple(np.split(xs[0], np.cumsum(op.sizes)[:-1], op.axis))


@formula("permute")
def permute(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    return np.transpose(xs[0], op.order)


@formula("reshape")
def reshape(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    return xs[0].reshape(op.shape)


@formula("expand")
def expand(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    lead = len(op.shape) - xs[0].ndim
    return np.broadcast_to(xs[0], [xs[0].shape[a - lead] if n == -1 else n for a, n in enumerate(op.shape)])


@formula("flatten")
def flatten(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    x = xs[0].reshape(xs[0].shape or (1,))
    start, end = op.start % x.ndim, op.end % x.ndim
    return x.reshape(*x.shape[:start], -1, *x.shape[end + 1 :])


@formula("unflatten")
def unflatten(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    axis = op.axis % xs[0].ndim
    return xs[0].reshape(*xs[0].shape[:axis], *op.sizes, *xs[0].shape[axis + 1 :])


@formula("squeeze")
def squeeze(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    over = [a % xs[0].ndim for a in op.over] if op.over is not None else range(xs[0].ndim)
    return np.squeeze(xs[0], tuple(a for a in over if xs[0].shape[a] == 1))


@formula("unsqueeze")
def unsqueeze(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    return np.expand_dims(xs[0], op.at)


@formula("tile")
def tile(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    return np.tile(xs[0], op.repeats)


@formula("repeat_interleave")
def repeat_interleave(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    return np.repeat(xs[0], op.times, op.axis)


@formula("flip")
def flip(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    return np.flip(xs[0], tuple(op.over))


@formula("roll")
def roll(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    return np.roll(xs[0], op.shifts, tuple(op.over)) if op.over else np.roll(xs[0], op.shifts[0])


@formula("pad")
def pad(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """Every output takes the pixel that stands for its place, or the number."""
    x, lead = xs[0], xs[0].ndim - len(op.before)
    before, after = (0,) * lead + tuple(op.before), (0,) * lead + tuple(op.after)
    y = np.full([low + n + high for n, low, high in zip(x.shape, before, after, strict=True)], op.value)
    for at in places(y.shape):
        pixel = folded(tuple(i - low for i, low in zip(at, before, strict=True)), x.shape, op.mode)
        if pixel is not None:
            y[at] = x[pixel]
    return y


@formula("pixel_shuffle")
def pixel_shuffle(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """``y[c, h, w] = x[c*r*r + (h % r)*r + w % r, h // r, w // r]``."""
    x, r = xs[0], op.factor
    *lead, channels, height, width = x.shape
    y = np.zeros((*lead, channels // r**2, height * r, width * r))
    for c, h, w in places(y.shape[-3:]):
        y[..., c, h, w] = x[..., c * r * r + h % r * r + w % r, h // r, w // r]
    return y


@formula("pixel_unshuffle")
def pixel_unshuffle(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """``y[c*r*r + i*r + j, h, w] = x[c, h*r + i, w*r + j]``."""
    x, r = xs[0], op.factor
    *lead, channels, height, width = x.shape
    y = np.zeros((*lead, channels * r**2, height // r, width // r))
    for c, h, w in places(y.shape[-3:]):
        y[..., c, h, w] = x[..., c // r**2, h * r + c % r**2 // r, w * r + c % r]
    return y


@formula("channel_shuffle")
def channel_shuffle(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """Channel ``i`` of group ``g`` becomes channel ``i * groups + g``."""
    each = xs[0].shape[1] // op.groups
    return np.stack([xs[0][:, c % op.groups * each + c // op.groups] for c in range(xs[0].shape[1])], 1)


@formula("sliding_window")
def sliding_window(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """Stretches side by side, as a new last axis."""
    x = np.moveaxis(xs[0], op.axis, 0)
    firsts = range(0, x.shape[0] - op.size + 1, op.step)
    made = np.stack([np.moveaxis(x[first : first + op.size], 0, -1) for first in firsts])
    return np.moveaxis(made, 0, op.axis % xs[0].ndim)


@formula("slice")
def part(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    return np.squeeze(xs[0][_index(op, xs[0].ndim)], tuple(op.drop))


@formula("update")
def update(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    x, value = xs[0].copy(), xs[1]
    place = x[_index(op, x.ndim)]
    np.squeeze(place, tuple(op.drop))[...] = value
    return x


def _index(op: Any, rank: int) -> tuple[slice, ...]:
    steps = op.steps * len(op.on) if len(op.steps) == 1 else op.steps
    index = [slice(None)] * rank
    for axis, start, stop, step in zip(op.on, op.starts, op.stops, steps, strict=True):
        index[axis] = slice(start, stop, step)
    return tuple(index)


@formula("view_as_real")
def view_as_real(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    return np.stack([xs[0].real, xs[0].imag], -1)


@formula("view_as_complex")
def view_as_complex(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    return np.asarray(xs[0][..., 0] + 1j * xs[0][..., 1])
