"""Recurrent layers. Source: ONNX LSTM-22, GRU-22, RNN-22."""

from collections.abc import Sequence
from typing import Any

from convlens.importers.onnx.build import Builder
from convlens.importers.onnx.call import Call, NoReaderError
from convlens.importers.onnx.readers import reads
from convlens.importers.onnx.tensor import Constant, Tensor

_GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


@reads("LSTM", outputs=3)
def lstm(call: Call, builder: Builder) -> Sequence[Tensor]:
    """Peepholes have no counterpart of ours."""
    if call.given(7) is not None:
        raise NoReaderError
    return _recurrent(call, builder, [call.given(5), call.given(6)])


@reads("GRU", "RNN", outputs=2)
def gru(call: Call, builder: Builder) -> Sequence[Tensor]:
    return _recurrent(call, builder, [call.given(5)])


def _recurrent(call: Call, builder: Builder, states: list[Tensor | None]) -> Sequence[Tensor]:
    """One layer over steps, N, values. Each stored tensor holds the weights of both directions.

    ONNX gives steps, directions, N, hidden where ours has the directions side by side.
    """
    x = call.tensor(0)
    weights = _weights(call, builder)
    directions, rows, _ = weights["weight_ih_l0"].spec.dims
    gates = _GATES[call.op_type]
    given = [state for state in states if state is not None]
    unusual = (
        call.given(4) is not None or call.attr("layout", 0) or call.attr("input_forget", 0) or len(given) not in (0, len(states))
    )
    if unusual or x.spec.rank != 3 or rows % gates or directions not in (1, 2):
        raise NoReaderError
    settings: dict[str, Any] = {"hidden": rows // gates, "bias": call.given(3) is not None, "bidirectional": directions == 2}
    needed = {name: weight.spec.dims for name, weight in weights.items()}
    every, *last = builder.layers(call, call.op_type.lower(), [x, *given], weights, needed, **settings)
    steps, batch, _ = x.spec.dims
    parted = builder.one(call, "reshape", [every], part="directions", shape=(steps, batch, directions, rows // gates))
    return [builder.one(call, "permute", [parted], part="moved", order=(0, 2, 1, 3)), *last]


def _weights(call: Call, builder: Builder) -> dict[str, Tensor]:
    """Stored tensors that no other node has counted."""
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0")
    found = {name: call.given(place) for place, name in enumerate(names, 1)}
    weights = {name: weight for name, weight in found.items() if weight is not None}
    free = all(isinstance(w, Constant) and w.origin and w.origin not in builder.owners for w in weights.values())
    if not free or not {"weight_ih_l0", "weight_hh_l0"} <= weights.keys() or weights["weight_ih_l0"].spec.rank != 3:
        raise NoReaderError
    return weights
