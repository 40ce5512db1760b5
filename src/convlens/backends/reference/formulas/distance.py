"""Similarities of vectors and distances between them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from convlens.backends.reference.formulas import Array, formula


def _norm(x: Array, p: float, axis: int, keep: bool = False) -> Array:
    return np.asarray((np.abs(x) ** p).sum(axis, keepdims=keep) ** (1 / p))


@formula("cosine_similarity")
def cosine_similarity(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    x, y = np.broadcast_arrays(*xs)
    return (x * y).sum(op.axis) / (np.maximum(_norm(x, 2, op.axis), op.eps) * np.maximum(_norm(y, 2, op.axis), op.eps))


@formula("pairwise_distance")
def pairwise_distance(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    return _norm(xs[0] - xs[1] + op.eps, op.p, -1, op.keep)


@formula("cdist")
def cdist(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    return _norm(xs[0][..., :, None, :] - xs[1][..., None, :, :], op.p, -1)


@formula("cross")
def cross(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """Along the given axis, or the first of size 3."""
    axis = op.axis if op.axis is not None else xs[0].shape.index(3)
    a, b = (np.moveaxis(x, axis, 0) for x in np.broadcast_arrays(*xs))
    parts = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    return np.stack(parts, axis % xs[0].ndim)
