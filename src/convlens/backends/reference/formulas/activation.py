"""Activations, each as its formula."""

from collections.abc import Callable, Mapping, Sequence
from math import erf, pi, sqrt
from typing import Any

import numpy as np

from convlens.backends.reference.formulas import FORMULAS, Array, Formula, formula

_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def _elu(x: Array, alpha: float) -> Array:
    return np.where(x > 0, x, alpha * (np.exp(np.minimum(x, 0)) - 1))


def _softplus(op: Any, x: Array) -> Array:
    """A line above the threshold."""
    return np.where(op.beta * x > op.threshold, x, np.log(1 + np.exp(np.minimum(op.beta * x, op.threshold))) / op.beta)


def _gelu(op: Any, x: Array) -> Array:
    if op.approximate == "tanh":
        return 0.5 * x * (1 + np.tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)))
    return 0.5 * x * (1 + np.vectorize(erf, otypes=[float])(x / sqrt(2)))


def _softshrink(op: Any, x: Array) -> Array:
    bias = op.lambd if op.bias is None else op.bias
    return np.where(x > op.lambd, x - bias, np.where(x < -op.lambd, x + bias, 0.0))


_FORMULAS: dict[str, Callable[[Any, Array], Array]] = {
    "relu": lambda op, x: np.maximum(x, 0),
    "relu6": lambda op, x: np.clip(x, 0, 6),
    "leaky_relu": lambda op, x: np.where(x > 0, x, op.slope * x),
    "rrelu": lambda op, x: np.where(x > 0, x, (op.lower + op.upper) / 2 * x),
    "elu": lambda op, x: _elu(x, op.alpha),
    "celu": lambda op, x: np.maximum(x, 0) + np.minimum(op.alpha * (np.exp(np.minimum(x, 0) / op.alpha) - 1), 0),
    "selu": lambda op, x: _SELU_SCALE * _elu(x, _SELU_ALPHA),
    "gelu": _gelu,
    "silu": lambda op, x: x * _sigmoid(x),
    "mish": lambda op, x: x * np.tanh(np.log(1 + np.exp(x))),
    "sigmoid": lambda op, x: _sigmoid(x),
    "log_sigmoid": lambda op, x: -np.log(1 + np.exp(-x)),
    "tanh": lambda op, x: np.tanh(x),
    "tanhshrink": lambda op, x: x - np.tanh(x),
    "softsign": lambda op, x: x / (1 + np.abs(x)),
    "softplus": _softplus,
    "softshrink": _softshrink,
    "hardshrink": lambda op, x: np.where(np.abs(x) > op.lambd, x, 0.0),
    "hardsigmoid": lambda op, x: np.clip(x / 6 + 0.5, 0, 1),
    "hardswish": lambda op, x: x * np.clip(x + 3, 0, 6) / 6,
    "hardtanh": lambda op, x: np.minimum(np.maximum(x, op.low), op.high),
    "threshold": lambda op, x: np.where(x > op.threshold, x, op.value + op.slope * (x - op.threshold)),
    "dropout": lambda op, x: x,
    "alpha_dropout": lambda op, x: x,
    "identity": lambda op, x: x,
}


def _of_one(function: Callable[[Any, Array], Array]) -> Formula:
    return lambda op, xs, _: function(op, xs[0])


FORMULAS.update({name: _of_one(function) for name, function in _FORMULAS.items()})


@formula("prelu")
def prelu(op: Any, xs: Sequence[Array], weights: Mapping[str, Array]) -> Array:
    """One slope for all, or one for each channel."""
    x, slope = xs[0], weights["weight"]
    shape = [1 if axis != 1 else -1 for axis in range(x.ndim)] if slope.size > 1 else [1] * x.ndim
    return np.where(x > 0, x, slope.reshape(shape) * x)


@formula("glu")
def glu(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    first, second = np.split(xs[0], 2, op.axis)
    return first * _sigmoid(second)


@formula("softmax", "softmin", "log_softmax")
def softmax(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """``exp(x) / sum(exp(x))`` over one axis: without one, axis 0 of an input of 0, 1 or 3 axes, else axis 1."""
    x = -xs[0] if op.name == "softmin" else xs[0]
    axis = op.axis if op.axis is not None else 0 if x.ndim in (0, 1, 3) else 1
    shares = np.exp(x) / np.exp(x).sum(axis, keepdims=True) if x.ndim else np.ones(())
    return np.log(shares) if op.name == "log_softmax" else shares
