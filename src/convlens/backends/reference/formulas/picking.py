"""Tables, and values picked or written by indices."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from convlens.backends.reference.formulas import Array, formula, places


@formula("embedding")
def embedding(op: Any, xs: Sequence[Array], weights: Mapping[str, Array]) -> Array:
    return weights["weight"][xs[0]]


@formula("one_hot")
def one_hot(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    return (xs[0][..., None] == np.arange(op.classes)).astype(np.int64 if op.dtype == "int64" else np.float64)


@formula("index_select")
def index_select(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    return np.take(xs[0], xs[1], op.axis)


@formula("gather")
def gather(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """``y[i, j] = x[index[i, j], j]`` for axis 0, and so on."""
    x, index = xs
    y = np.zeros(index.shape)
    for at in places(index.shape):
        y[at] = x[_replaced(at, op.axis, int(index[at]))]
    return y


@formula("scatter")
def scatter(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """All values that go to one place are put together with the one that is there."""
    x, index, source = xs
    y = x.copy()
    written: dict[tuple[int, ...], list[float]] = {}
    for at in places(index.shape):
        written.setdefault(_replaced(at, op.axis, int(index[at])), []).append(float(source[at]))
    for place, values in written.items():
        y[place] = COMBINED[op.function]([float(x[place]), *values])
    return y


COMBINED: dict[str, Any] = {
    "replace": lambda values: values[-1], "add": sum, "sum": sum, "multiply": np.prod, "mul": np.prod, "prod": np.prod,
    "mean": np.mean, "amax": max, "max": max, "amin": min, "min": min,
}  # fmt: skip


def _replaced(at: tuple[int, ...], axis: int, index: int) -> tuple[int, ...]:
    return tuple(index if a == axis % len(at) else i for a, i in enumerate(at))
