"""Fourier transforms by their sum."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from convlens.backends.reference.formulas import Array, formula


def _transform(x: Array, axis: int, sign: int) -> Array:
    """``y[k] = sum over t of x[t] * exp(sign * 2 pi i k t / n)``."""
    n = x.shape[axis]
    turns = np.exp(sign * 2j * np.pi * np.outer(np.arange(n), np.arange(n)) / n)
    return np.moveaxis(np.moveaxis(x, axis, -1) @ turns, -1, axis)


def _sized(x: Array, axis: int, size: int) -> Array:
    """Cut at the end, or filled with zeros."""
    line = np.moveaxis(x, axis, -1)[..., :size]
    missing = np.zeros((*line.shape[:-1], size - line.shape[-1]))
    return np.moveaxis(np.concatenate([line, missing], -1), -1, axis)


@formula("fft")
def fft(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """Along the last axis "irfft" and "hfft" read the first half of a spectrum; "rfft" and "ihfft" give it."""
    x, last = xs[0], op.over[-1]
    from_half, inverse = op.function in ("irfft", "hfft"), op.function in ("ifft", "irfft", "ihfft")
    sizes = list(op.sizes or (x.shape[axis] for axis in op.over))
    if from_half and not op.sizes:
        sizes[-1] = 2 * (sizes[-1] - 1)
    for axis, size in zip(op.over, sizes, strict=True):
        x = _sized(x, axis, size // 2 + 1 if from_half and axis == last else size)
    for axis in op.over[:-1] if from_half else op.over:
        x = _scaled(x, axis, inverse)
    if op.function in ("rfft", "ihfft"):
        return np.take(x, range(sizes[-1] // 2 + 1), last)
    return _scaled(_whole(x, last, sizes[-1]), last, inverse).real if from_half else x


def _scaled(x: Array, axis: int, inverse: bool) -> Array:
    return _transform(x, axis, 1) / x.shape[axis] if inverse else _transform(x, axis, -1)


def _whole(x: Array, axis: int, size: int) -> Array:
    """The spectrum of a real signal, of which this is the first half; the other half is its conjugate."""
    line = np.moveaxis(x, axis, -1).astype(complex)
    line[..., 0] = line[..., 0].real
    if size % 2 == 0:
        line[..., size // 2] = line[..., size // 2].real
    rest = np.conj(line[..., 1 : (size + 1) // 2])[..., ::-1]
    return np.moveaxis(np.concatenate([line, rest], -1), -1, axis)


@formula("stft")
def stft(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """The spectrum of each stretch times the window, which stands in its middle; the ends are mirrored if ``centred``."""
    x = xs[0]
    if x.ndim == 1:
        return stft(op, [x[None], *xs[1:]], {})[0]
    window = _window(op, xs)
    if op.centred:
        x = np.pad(x, ((0, 0), (op.length // 2, op.length // 2)), mode="reflect")
    frames = [x[:, t : t + op.length] * window for t in range(0, x.shape[1] - op.length + 1, op.hop)]
    spectrum = _transform(np.stack(frames, -1), 1, -1)
    return spectrum[:, : op.length // 2 + 1] if op.onesided else spectrum


def _window(op: Any, xs: Sequence[Array]) -> Array:
    """A shorter one stands in the middle of zeros."""
    window = np.zeros(op.length)
    given = xs[1] if len(xs) > 1 else np.ones(op.length)
    left = (op.length - len(given)) // 2
    window[left : left + len(given)] = given
    return window


@formula("istft")
def istft(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """The stretches times the window are added up where they lie, and divided by what the squared windows add up to."""
    x, window = xs[0], _window(op, xs)
    if x.ndim == 2:
        return istft(op, [x[None], *xs[1:]], {})[0]
    stretches = _scaled(x if op.complex else _whole(x[:, : op.length // 2 + 1], 1, op.length), 1, True)
    total = op.length + op.hop * (x.shape[2] - 1)
    y, covered = np.zeros((len(x), total), complex), np.zeros(total)
    for frame in range(x.shape[2]):
        place = slice(frame * op.hop, frame * op.hop + op.length)
        y[:, place] += stretches[:, :, frame] * window
        covered[place] += window**2
    start = op.length // 2 if op.centred else 0
    end = start + op.samples if op.samples else total - start
    kept = (y / covered)[:, start:end]
    filled = np.concatenate([kept, np.zeros((len(x), max(end - total, 0)))], 1)
    return filled if op.complex else filled.real
