"""Reductions, running sums and orders."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from convlens.backends.reference.formulas import Array, formula, places

Line = Callable[[Array, Any], tuple[Any, ...]]


def _median(line: Array, _: Any) -> tuple[Any, ...]:
    """The lower one of the two in the middle."""
    at = int(np.argsort(line, kind="stable")[(len(line) - 1) // 2])
    return line[at], at


def _mode(line: Array, _: Any) -> tuple[Any, ...]:
    """The smallest of the most frequent values."""
    values, counts = np.unique(line, return_counts=True)
    value = values[counts.argmax()]
    return value, int(np.flatnonzero(line == value)[-1])


def _variance(line: Array, op: Any) -> Any:
    """By ``n - correction``, and nothing is known of fewer values."""
    return ((line - line.mean()) ** 2).sum() / max(len(line) - op.correction, 0)


def _norm(line: Array, p: float) -> Any:
    return np.abs(line).max() if p == np.inf else (np.abs(line) ** p).sum() ** (1 / p)


_LINES: dict[str, Line] = {
    "mean": lambda v, _: (v.mean(),), "sum": lambda v, _: (v.sum(),), "prod": lambda v, _: (v.prod(),),
    "max": lambda v, _: (v.max(),), "min": lambda v, _: (v.min(),), "aminmax": lambda v, _: (v.min(), v.max()),
    "var": lambda v, op: (_variance(v, op),), "var_mean": lambda v, op: (_variance(v, op), v.mean()),
    "std": lambda v, op: (np.sqrt(_variance(v, op)),), "std_mean": lambda v, op: (np.sqrt(_variance(v, op)), v.mean()),
    "logsumexp": lambda v, _: (np.log(np.exp(v).sum()),), "norm": lambda v, op: (_norm(v, op.p),),
    "median": lambda v, _: _median(v, _)[:1], "median_with_indices": _median, "mode_with_indices": _mode,
    "count_nonzero": lambda v, _: (np.count_nonzero(v),), "all": lambda v, _: (v.all(),), "any": lambda v, _: (v.any(),),
    "argmax": lambda v, _: (v.argmax(),), "max_with_indices": lambda v, _: (v.max(), v.argmax()),
    "argmin": lambda v, _: (v.argmin(),), "min_with_indices": lambda v, _: (v.min(), v.argmin()),
}  # fmt: skip


@formula("reduce")
def reduce(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Any:
    """One value, or two, from every line of values along the axes ``over``."""
    x = xs[0]
    over = {axis % max(x.ndim, 1) for axis in op.over} if op.over else set(range(x.ndim))
    kept = [axis for axis in range(x.ndim) if axis not in over]
    lines = np.transpose(x, [*kept, *(a for a in range(x.ndim) if a in over)]).reshape([*(x.shape[a] for a in kept), -1])
    made = [_LINES[op.function](lines[at], op) for at in places(lines.shape[:-1])]
    shape = [1 if a in over else n for a, n in enumerate(x.shape)] if op.keep else lines.shape[:-1]
    outputs = tuple(np.array(column).reshape(shape) for column in zip(*made, strict=True))
    return outputs[0] if len(outputs) == 1 else outputs


@formula("scan")
def scan(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Any:
    """Output ``y`` is made of the inputs 0 to ``y``; of equal extremes the later one has the index, as in PyTorch."""
    if op.function in ("cumsum", "cumprod"):
        return getattr(np, op.function)(xs[0], op.axis)
    x = np.moveaxis(xs[0], op.axis, 0)
    made: list[Array] = []
    indices: list[Array] = []
    for end in range(1, len(x) + 1):
        head = x[:end]
        if op.function == "logcumsumexp":
            made.append(np.log(np.exp(head).sum(0)))
            continue
        best = head.max(0) if op.function == "cummax" else head.min(0)
        made.append(best)
        indices.append(np.max(np.where(head == best, np.arange(end).reshape(-1, *[1] * (x.ndim - 1)), -1), 0))
    values = np.moveaxis(np.stack(made), 0, op.axis)
    return (values, np.moveaxis(np.stack(indices), 0, op.axis)) if indices else values


@formula("sort", "argsort", "topk", "kthvalue")
def ordered(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Any:
    x = xs[0]
    down = getattr(op, "descending", getattr(op, "largest", False))
    order = np.argsort(-x.astype(x.dtype if x.dtype.kind == "f" else np.int64) if down else x, op.axis, kind="stable")
    if op.name == "topk":
        order = np.take(order, range(op.k), op.axis)
    if op.name == "kthvalue":
        order = np.take(order, [op.k - 1], op.axis)
    values = np.take_along_axis(x, order, op.axis)
    if op.name == "argsort":
        return order
    gone = op.name == "kthvalue" and not op.keep
    return (np.squeeze(values, op.axis), np.squeeze(order, op.axis)) if gone else (values, order)
