"""Matrix products, einsum and attention."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from convlens.backends.reference.formulas import Array, formula, places


@formula("linear")
def linear(op: Any, xs: Sequence[Array], weights: Mapping[str, Array]) -> Array:
    return xs[0] @ weights["weight"].T + weights.get("bias", np.zeros(()))


@formula("bilinear")
def bilinear(op: Any, xs: Sequence[Array], weights: Mapping[str, Array]) -> Array:
    """``y[o] = sum over i, j of x1[i] * W[o, i, j] * x2[j] + b[o]``."""
    first, second = xs
    y = np.zeros((*first.shape[:-1], op.out))
    for *row, o in places(y.shape):
        y[(*row, o)] = first[tuple(row)] @ weights["weight"][o] @ second[tuple(row)]
    return y + weights.get("bias", np.zeros(()))


@formula("matmul")
def matmul(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    return np.asarray(np.matmul(*xs))


@formula("einsum")
def einsum(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """For every value of every index, the product of what the inputs have there, added to its output."""
    left, arrow, right = op.equation.replace(" ", "").partition("->")
    named = [_names(part, x.ndim) for part, x in zip(left.split(","), xs, strict=True)]
    sizes: dict[str, int] = {}
    for names, x in zip(named, xs, strict=True):
        sizes |= {i: max(n, sizes.get(i, 1)) for i, n in zip(names, x.shape, strict=True)}
    dots = sorted((i for i in sizes if i.isdecimal()), key=int, reverse=True)
    output = _output(right, dots) if arrow else [*dots, *_once(named)]
    y = np.zeros([sizes[i] for i in output])
    for values in places([*sizes.values()]):
        at = dict(zip(sizes, values, strict=True))
        term = 1.0
        for names, x in zip(named, xs, strict=True):
            term *= x[tuple(at[i] if n > 1 else 0 for i, n in zip(names, x.shape, strict=True))]
        y[tuple(at[i] for i in output)] += term
    return y


def _names(part: str, rank: int) -> list[str]:
    """One for each axis: letters, and numbers counted from the last for those that ``...`` stands for."""
    before, _, after = part.partition("...")
    return [*before, *(str(i) for i in reversed(range(rank - len(before + after)))), *after]


def _output(right: str, dots: list[str]) -> list[str]:
    before, found, after = right.partition("...")
    return [*before, *(dots if found else []), *after]


def _once(named: list[list[str]]) -> list[str]:
    every = [i for names in named for i in names]
    return sorted(i for i in set(every) if every.count(i) == 1 and i.isalpha())


@formula("scaled_dot_product_attention")
def attention(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """``softmax(Q K^T * scale + mask) V``; with ``gqa`` each head of K and V serves several of Q."""
    query, key, value, *masks = xs
    if op.gqa:
        key, value = (np.repeat(x, query.shape[-3] // x.shape[-3], -3) for x in (key, value))
    scores = query @ np.swapaxes(key, -1, -2) * (query.shape[-1] ** -0.5 if op.scale is None else op.scale)
    if op.causal:
        later = np.arange(scores.shape[-1])[None] > np.arange(scores.shape[-2])[:, None]
        scores = np.where(later, -np.inf, scores)
    for mask in masks:
        scores = np.where(mask, scores, -np.inf) if mask.dtype == bool else scores + mask
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    return shares / shares.sum(-1, keepdims=True) @ value
