"""Normalisations: subtract a mean, divide by a deviation, scale and shift."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from convlens.backends.reference.formulas import Array, formula, places


def _normalised(x: Array, over: tuple[int, ...], eps: float) -> Array:
    mean = x.mean(over, keepdims=True)
    variance = ((x - mean) ** 2).mean(over, keepdims=True)
    return (x - mean) / np.sqrt(variance + eps)


def _by_channel(values: Array, x: Array, axis: int) -> Array:
    return values.reshape([-1 if a == axis else 1 for a in range(x.ndim)])


def _scaled(x: Array, weights: Mapping[str, Array], axis: int) -> Array:
    x = x * _by_channel(weights["weight"], x, axis) if "weight" in weights else x
    return x + _by_channel(weights["bias"], x, axis) if "bias" in weights else x


@formula("batch_norm", "instance_norm")
def with_statistics(op: Any, xs: Sequence[Array], weights: Mapping[str, Array]) -> Array:
    """By the running statistics where they are kept; else by those of each channel, in the batch or in each image."""
    x = xs[0]
    axis = x.ndim - op.space - 1 if op.name == "instance_norm" and op.space else 1
    if "running_mean" in weights:
        mean, variance = (_by_channel(weights[name], x, axis) for name in ("running_mean", "running_var"))
        return _scaled((x - mean) / np.sqrt(variance + op.eps), weights, axis)
    own = range(axis + 1) if op.name == "instance_norm" else (axis,)
    return _scaled(_normalised(x, tuple(a for a in range(x.ndim) if a not in own), op.eps), weights, axis)


@formula("group_norm")
def group_norm(op: Any, xs: Sequence[Array], weights: Mapping[str, Array]) -> Array:
    x = xs[0]
    groups = x.reshape(x.shape[0], op.groups, -1)
    return _scaled(_normalised(groups, (2,), op.eps).reshape(x.shape), weights, 1)


@formula("layer_norm")
def layer_norm(op: Any, xs: Sequence[Array], weights: Mapping[str, Array]) -> Array:
    y = _normalised(xs[0], tuple(range(-len(op.shape), 0)), op.eps)
    return y * weights.get("weight", np.ones(())) + weights.get("bias", np.zeros(()))


@formula("rms_norm")
def rms_norm(op: Any, xs: Sequence[Array], weights: Mapping[str, Array]) -> Array:
    """Without ``eps`` the smallest step of the dtype, as in PyTorch."""
    x, eps = xs[0], np.finfo(np.float64).eps if op.eps is None else op.eps
    size = np.sqrt((x * x).mean(tuple(range(-len(op.shape), 0)), keepdims=True) + eps)
    return x / size * weights.get("weight", np.ones(()))


@formula("local_response_norm")
def local_response_norm(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """The window over channels starts ``channels // 2`` before; channels beyond the ends are zero."""
    x = xs[0]
    y = np.zeros_like(x)
    for n, c in places(x.shape[:2]):
        near = range(max(c - op.channels // 2, 0), min(c - op.channels // 2 + op.channels, x.shape[1]))
        squares = sum(x[n, i] ** 2 for i in near)
        y[n, c] = x[n, c] / (op.bias + op.alpha / op.channels * squares) ** op.beta
    return y


@formula("normalize")
def normalize(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    over = tuple(op.over) or tuple(range(xs[0].ndim))
    length = (np.abs(xs[0]) ** op.p).sum(over, keepdims=True) ** (1 / op.p)
    return xs[0] / np.maximum(length, op.eps)


@formula("weight_norm")
def weight_norm(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """One length for each entry of the axis; for the whole weight where the axis is -1."""
    v, g = xs
    over = tuple(range(v.ndim)) if op.axis == -1 else tuple(a for a in range(v.ndim) if a != op.axis % v.ndim)
    return g * v / np.sqrt((v * v).sum(over, keepdims=True))
