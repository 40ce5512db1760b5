"""Recurrent networks and their cells, whose kernels take all weights in one flat list."""

from typing import Any

import torch
from torch import Tensor

from convlens.backends.torch.call import Call, Result
from convlens.backends.torch.lowering import lowers

_KERNELS: dict[str, Any] = {"lstm": torch.lstm, "gru": torch.gru, "tanh": torch.rnn_tanh, "relu": torch.rnn_relu}
_CELLS: dict[str, Any] = {
    "lstm_cell": torch.lstm_cell, "gru_cell": torch.gru_cell, "tanh": torch.rnn_tanh_cell, "relu": torch.rnn_relu_cell,
}  # fmt: skip


@lowers("lstm", "gru", "rnn")
def _recurrent(call: Call) -> Result:
    if call.op.packed:
        return _packed(call)
    op, batched = call.op, call.x.dim() == 3
    batch = 0 if op.batch_first else 1
    x = call.x if batched else call.x.unsqueeze(batch)
    states = [s if batched else s.unsqueeze(1) for s in call.xs[1:]] or _zeros(op, x, x.shape[batch])
    weights = [call.weights[name] for name in op.weights(call.specs[0])]
    first = states if op.name == "lstm" else states[0]
    made = _KERNELS[getattr(op, "function", op.name)](
        x, first, weights, op.bias, op.layers, 0.0, call.training, op.bidirectional, op.batch_first
    )
    return made if batched else (made[0].squeeze(batch), *(state.squeeze(1) for state in made[1:]))


def _packed(call: Call) -> Result:
    """PyTorch's kernels take how many sequences still run at each step."""
    op, x = call.op, call.x
    sizes = torch.tensor([sum(length > step for length in op.packed) for step in range(op.packed[0])])
    states = list(call.xs[1:]) or _zeros(op, x, len(op.packed))
    weights = [call.weights[name] for name in op.weights(call.specs[0])]
    first = states if op.name == "lstm" else states[0]
    made: Result = _KERNELS[getattr(op, "function", op.name)](
        x, sizes, first, weights, op.bias, op.layers, 0.0, call.training, op.bidirectional
    )
    return made


def _zeros(op: Any, x: Tensor, batch: int) -> list[Tensor]:
    widths = (op.width, op.hidden)[: op.states]
    return [x.new_zeros(op.layers * op.directions, batch, width) for width in widths]


@lowers("lstm_cell", "gru_cell", "rnn_cell")
def _cell(call: Call) -> Result:
    op, batched = call.op, call.x.dim() == 2
    x, *given = call.xs if batched else [t.unsqueeze(0) for t in call.xs]
    states = given or [x.new_zeros(len(x), op.hidden)] * op.states
    weights = [call.weights[name] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh") if name in call.weights]
    made = _CELLS[getattr(op, "function", op.name)](x, states if op.states == 2 else states[0], *weights)
    parts = [made] if isinstance(made, Tensor) else list(made)
    return parts if batched else [part.squeeze(0) for part in parts]
