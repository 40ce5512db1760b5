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
    x = xs[0]
    half = op.function == "irfft"
    sizes = (
        list(op.sizes)
        if op.sizes
        else [x.shape[a] for a in op.over[:-1]] + [2 * (x.shape[op.over[-1]] - 1) if half else x.shape[op.over[-1]]]
    )
    for axis, size in zip(op.over, sizes, strict=True):
        x = _sized(x, axis, size // 2 + 1 if half and axis == op.over[-1] else size)
    sign = -1 if op.function in ("fft", "rfft") else 1
    for axis in op.over[:-1] if half else op.over:
        x = _transform(x, axis, sign) / (x.shape[axis] if sign > 0 else 1)
    if op.function == "rfft":
        return np.take(x, range(sizes[-1] // 2 + 1), op.over[-1])
    return _from_half(x, op.over[-1], sizes[-1]) if half else x


def _from_half(x: Array, axis: int, size: int) -> Array:
    """The real signal whose spectrum this is the first half of; the other half is its conjugate."""
    line = np.moveaxis(x, axis, -1).astype(complex)
    line[..., 0] = line[..., 0].real
    if size % 2 == 0:
        line[..., size // 2] = line[..., size // 2].real
    rest = np.conj(line[..., 1 : (size + 1) // 2])[..., ::-1]
    whole = np.concatenate([line, rest], -1)
    return np.moveaxis((_transform(whole, -1, 1) / size).real, -1, axis)


@formula("stft")
def stft(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """The spectrum of each stretch times the window, which stands in its middle; the ends are mirrored if ``centred``."""
    x = xs[0]
    if x.ndim == 1:
        return stft(op, [x[None], *xs[1:]], {})[0]
    window = np.zeros(op.length)
    given = xs[1] if len(xs) > 1 else np.ones(op.length)
    left = (op.length - len(given)) // 2
    window[left : left + len(given)] = given
    if op.centred:
        x = np.pad(x, ((0, 0), (op.length // 2, op.length // 2)), mode="reflect")
    frames = [x[:, t : t + op.length] * window for t in range(0, x.shape[1] - op.length + 1, op.hop)]
    spectrum = _transform(np.stack(frames, -1), 1, -1)
    return spectrum[:, : op.length // 2 + 1] if op.onesided else spectrum
