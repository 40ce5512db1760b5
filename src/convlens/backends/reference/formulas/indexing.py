"""Places named by the indices of several axes together, by index vectors, by a mask, by order."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from convlens.backends.reference.formulas import Array, formula, places
from convlens.backends.reference.formulas.picking import COMBINED

Place = tuple[int, ...]


def _named(shape: Place, on: Sequence[int], indices: Sequence[Array]) -> Iterator[tuple[Place, Place]]:
    """Each place of what is picked, and the place that it is picked from."""
    axes = [axis % len(shape) for axis in on]
    common = np.broadcast_arrays(*indices)
    kept = [axis for axis in range(len(shape)) if axis not in axes]
    front = axes[0] if axes == list(range(axes[0], axes[-1] + 1)) else 0
    for at in places(common[0].shape):
        for rest in places([shape[axis] for axis in kept]):
            source = dict(zip(kept, rest, strict=True)) | {a: int(i[at]) for a, i in zip(axes, common, strict=True)}
            yield (*rest[:front], *at, *rest[front:]), tuple(source[axis] for axis in range(len(shape)))


@formula("index")
def index(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    pairs = list(_named(xs[0].shape, op.on, xs[1:]))
    y = np.zeros([1 + max(to) for to in zip(*(at for at, _ in pairs), strict=True)], xs[0].dtype)
    for at, source in pairs:
        y[at] = xs[0][source]
    return y


@formula("index_put")
def index_put(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    pairs = list(_named(xs[0].shape, op.on, xs[1:-1]))
    picked = [1 + max(to) for to in zip(*(at for at, _ in pairs), strict=True)]
    value = np.broadcast_to(xs[-1], picked)
    return _written(xs[0], [(source, value[at]) for at, source in pairs], op.function)


@formula("gather_nd")
def gather_nd(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    x, vectors = xs
    y = np.zeros((*vectors.shape[:-1], *x.shape[op.batch + vectors.shape[-1] :]), x.dtype)
    for at in places(vectors.shape[:-1]):
        y[at] = x[(*at[: op.batch], *vectors[at])]
    return y


@formula("scatter_nd")
def scatter_nd(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    x, vectors, source = xs
    blocks = x.shape[vectors.shape[-1] :]
    pairs = [((*vectors[at], *rest), source[(*at, *rest)]) for at in places(vectors.shape[:-1]) for rest in places(blocks)]
    return _written(x, pairs, op.function)


def _written(x: Array, pairs: Sequence[tuple[Any, Any]], function: str) -> Array:
    """All values that go to one place are put together with the one that is there."""
    y, gathered = x.copy(), dict[Place, list[Any]]()
    for place, value in pairs:
        gathered.setdefault(tuple(int(i) % n for i, n in zip(place, x.shape, strict=True)), []).append(value)
    for place, values in gathered.items():
        y[place] = COMBINED[function]([x[place], *values])
    return y


@formula("masked_scatter")
def masked_scatter(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    x, mask = np.broadcast_arrays(xs[0], xs[1])
    y, values = x.copy(), iter(xs[2].ravel())
    for at in places(x.shape):
        if mask[at]:
            y[at] = next(values)
    return y


@formula("searchsorted")
def searchsorted(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """As many as are smaller; or not larger."""
    line = xs[0][..., None, :] if xs[0].ndim > 1 else xs[0]
    smaller = line <= xs[1][..., None] if op.right else line < xs[1][..., None]
    return smaller.sum(-1)


@formula("embedding_bag")
def embedding_bag(op: Any, xs: Sequence[Array], weights: Mapping[str, Array]) -> Array:
    """A bag of no index gives zeros."""
    rows = weights["weight"][xs[0]] * (xs[-1][..., None] if op.weighted else 1)
    if xs[0].ndim == 1:
        ends = [*xs[1][1:], *([] if op.ended else [len(rows)])]
        bags = [rows[start:end] for start, end in zip(xs[1], ends, strict=not op.ended)]
    else:
        bags = list(rows)
    put: Any = {"sum": np.sum, "mean": np.mean, "max": np.max}[op.function]
    return np.stack([put(bag, 0) if len(bag) else np.zeros(op.width) for bag in bags])
