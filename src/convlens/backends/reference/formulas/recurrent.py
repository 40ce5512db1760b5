"""Recurrent networks: one cell, applied step by step, layer by layer, in both directions where asked."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from convlens.backends.reference.formulas import Array, formula


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def _step(op: Any, x: Array, states: list[Array], w: Mapping[str, Array], ending: str = "") -> list[Array]:
    """The new states, from the gates of the input and those of the state in PyTorch's order."""
    zero = np.zeros(())
    of_x = x @ w[f"weight_ih{ending}"].T + w.get(f"bias_ih{ending}", zero)
    of_h = states[0] @ w[f"weight_hh{ending}"].T + w.get(f"bias_hh{ending}", zero)
    if op.name.startswith("rnn"):
        total = of_x + of_h
        return [np.tanh(total) if op.function == "tanh" else np.maximum(total, 0)]
    if op.name.startswith("gru"):
        (rx, zx, nx), (rh, zh, nh) = np.split(of_x, 3, -1), np.split(of_h, 3, -1)
        reset, keep = _sigmoid(rx + rh), _sigmoid(zx + zh)
        return [(1 - keep) * np.tanh(nx + reset * nh) + keep * states[0]]
    i, f, g, o = np.split(of_x + of_h, 4, -1)
    cell = _sigmoid(f) * states[1] + _sigmoid(i) * np.tanh(g)
    hidden = _sigmoid(o) * np.tanh(cell)
    return [hidden @ w[f"weight_hr{ending}"].T if f"weight_hr{ending}" in w else hidden, cell]


@formula("lstm_cell", "gru_cell", "rnn_cell")
def cell(op: Any, xs: Sequence[Array], weights: Mapping[str, Array]) -> tuple[Array, ...]:
    count = 2 if op.name == "lstm_cell" else 1
    states = list(xs[1:]) or [np.zeros((*xs[0].shape[:-1], op.hidden))] * count
    return tuple(_step(op, xs[0], states, weights))


@formula("lstm", "gru", "rnn")
def recurrent(op: Any, xs: Sequence[Array], weights: Mapping[str, Array]) -> tuple[Array, ...]:
    """Outputs of every step of the last layer, then the last states of every layer and direction."""
    if op.packed:
        return _packed(op, xs, weights)
    steps = np.swapaxes(xs[0], 0, 1) if op.batch_first and xs[0].ndim == 3 else xs[0]
    ways = ("", "_reverse") if op.bidirectional else ("",)
    widths = [getattr(op, "projection", 0) or op.hidden, op.hidden][: 2 if op.name == "lstm" else 1]
    first = list(xs[1:]) or [np.zeros((op.layers * len(ways), *steps.shape[1:-1], width)) for width in widths]
    last: list[list[Array]] = []
    for layer in range(op.layers):
        outputs = []
        for way, ending in enumerate(ways):
            states = [state[layer * len(ways) + way] for state in first]
            made = []
            for x in steps[::-1] if way else steps:
                states = _step(op, x, states, weights, f"_l{layer}{ending}")
                made.append(states[0])
            outputs.append(np.stack(made[::-1] if way else made))
            last.append(states)
        steps = np.concatenate(outputs, -1)
    y = np.swapaxes(steps, 0, 1) if op.batch_first and steps.ndim == 3 else steps
    return (y, *(np.stack(state) for state in zip(*last, strict=True)))


def _packed(op: Any, xs: Sequence[Array], weights: Mapping[str, Array]) -> tuple[Array, ...]:
    """Sequence by sequence: their rows lie step by step, in each step in the order of the sequences."""
    rows = [[n for n, length in enumerate(op.packed) if length > step] for step in range(op.packed[0])]
    order = [n for running in rows for n in running]
    alone = type(op)(**{**op.settings(), "packed": None, "batch_first": False})
    made = [
        recurrent(alone, [xs[0][np.equal(order, n)], *(state[:, n] for state in xs[1:])], weights) for n in range(len(op.packed))
    ]
    y = np.zeros((len(order), made[0][0].shape[-1]))
    for n, (steps, *_) in enumerate(made):
        y[np.equal(order, n)] = steps
    return (y, *(np.stack(states, 1) for states in zip(*(rest for _, *rest in made), strict=True)))
