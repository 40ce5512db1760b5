"""LSTM, GRU and plain recurrent networks: their kernels take all weights in one flat list."""

from typing import Any

import torch

from convlens.importers.torch.readers import reads
from convlens.importers.torch.refusal import refusal
from convlens.importers.torch.shadow import spec_of
from convlens.importers.torch.trace import Trace
from convlens.ops._recurrent import Cell, Recurrent
from convlens.ops.gru import Gru
from convlens.ops.gru_cell import GruCell
from convlens.ops.lstm import Lstm
from convlens.ops.lstm_cell import LstmCell
from convlens.ops.rnn import Rnn
from convlens.ops.rnn_cell import RnnCell


@reads("lstm", weights=True)
def _lstm(trace: Trace, x: Any, states: Any, *rest: Any) -> Any:
    """The packed form has the batch sizes before the states, and no word on the order of axes."""
    sizes = None
    if isinstance(states, torch.Tensor):
        sizes, states, rest = states, rest[0], (*rest[1:], False)
    weights, bias, layers, _, _, both, batch_first = rest
    hidden = weights[0].shape[0] // Lstm.gates
    width = weights[1].shape[1]
    op = Lstm(hidden=hidden, layers=layers, bias=bias, batch_first=batch_first, bidirectional=both, packed=_lengths(sizes),
              projection=0 if width == hidden else width)  # fmt: skip
    return _emit(trace, op, x, list(states), weights)


@reads("gru", weights=True)
def _gru(trace: Trace, *args: Any) -> Any:
    return _one_state(trace, Gru, {}, args)


@reads("rnn_tanh", weights=True)
def _rnn_tanh(trace: Trace, *args: Any) -> Any:
    return _one_state(trace, Rnn, {"function": "tanh"}, args)


@reads("rnn_relu", weights=True)
def _rnn_relu(trace: Trace, *args: Any) -> Any:
    return _one_state(trace, Rnn, {"function": "relu"}, args)


def _one_state(trace: Trace, kind: type[Recurrent], settings: dict[str, Any], args: tuple[Any, ...]) -> Any:
    sizes = None
    if isinstance(args[2], torch.Tensor):
        x, sizes, *rest = args
        args = (x, *rest, False)
    x, state, weights, bias, layers, _, _, both, batch_first = args
    hidden = weights[0].shape[0] // kind.gates
    op = kind(hidden=hidden, layers=layers, bias=bias, batch_first=batch_first, bidirectional=both, packed=_lengths(sizes),
              **settings)  # fmt: skip
    return _emit(trace, op, x, [state], weights)


def _lengths(sizes: torch.Tensor | None) -> tuple[int, ...] | None:
    """How long each sequence is, from how many run at each step."""
    running = [] if sizes is None else sizes.tolist()
    return tuple(sum(count > at for count in running) for at in range(running[0])) if running else None


@reads("lstm_cell", weights=True)
def _lstm_cell(trace: Trace, x: Any, states: Any, *weights: Any) -> Any:
    return _cell(trace, LstmCell, {}, x, list(states), weights)


@reads("gru_cell", weights=True)
def _gru_cell(trace: Trace, x: Any, state: Any, *weights: Any) -> Any:
    return _cell(trace, GruCell, {}, x, [state], weights)[0]


@reads("rnn_tanh_cell", weights=True)
def _rnn_tanh_cell(trace: Trace, x: Any, state: Any, *weights: Any) -> Any:
    return _cell(trace, RnnCell, {"function": "tanh"}, x, [state], weights)[0]


@reads("rnn_relu_cell", weights=True)
def _rnn_relu_cell(trace: Trace, x: Any, state: Any, *weights: Any) -> Any:
    return _cell(trace, RnnCell, {"function": "relu"}, x, [state], weights)[0]


def _cell(trace: Trace, kind: type[Cell], settings: dict[str, Any], x: Any, states: list[Any], weights: Any) -> Any:
    given = [w for w in weights if w is not None]
    op = kind(hidden=given[1].shape[1], bias=len(given) > 2, **settings)
    return _emit(trace, op, x, states, given)


def _emit(trace: Trace, op: Cell | Recurrent, x: Any, states: list[Any], weights: Any) -> Any:
    """The module's own weights belong to the node; computed ones are inputs."""
    if not all(map(trace.is_parameter, weights)):
        return tuple(trace.emit(op, [x, *states, *weights]))
    named = dict(zip(op.params((spec_of(x),)), weights, strict=True))
    shapes = {name: tuple(w.shape) for name, w in named.items()}
    xs = tuple(map(spec_of, (x, *states)))
    return tuple(trace.emit(op, [x, *states], named, refusal=refusal(op, shapes, xs)))
