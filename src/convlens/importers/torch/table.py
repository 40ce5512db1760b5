"""Calls that an operator's spelling table describes: conv2d, relu, batch_norm, ..."""

from collections.abc import Mapping
from typing import Any

import torch

from convlens.importers.spelled import Entry, bind, calls_of, check_limits, make
from convlens.importers.torch.shadow import spec_of
from convlens.importers.torch.trace import Trace
from convlens.ir.op import Inputs, Op
from convlens.passes.facts import check_weights


def entry_of(name: str) -> Entry | None:
    """The operator that PyTorch's function ``name`` is, in place or not."""
    calls = calls_of("torch")
    return calls.get(name) or (calls.get(name[:-1]) if name.endswith("_") and not name.endswith("__") else None)


def from_table(trace: Trace, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Record the call by its spelling; one output is returned by itself, several as a tuple.

    Weights that the module holds belong to the node; a weight that is computed is an input like any other, and then so
    are all weights of that call.
    """
    entry = entry_of(name)
    assert entry is not None
    bound = bind(entry.spelling, args, {k: v for k, v in kwargs.items() if k not in ("out", "inplace")}, entry.axes)
    shapes = {ours: tuple(tensor.shape) for ours, tensor in bound.weights.items()}
    op = make(entry, bound.settings, shapes if entry.spelling.roles("weight") else None)

    def check(xs: Inputs) -> None:
        check_weights(op, shapes, xs)
        check_limits(entry, op, xs)

    if _are_held(trace, op, bound.weights, bound.data):
        outputs = trace.emit(op, bound.data, bound.weights, check=check)
    else:
        outputs = trace.emit(op, [*bound.data, *bound.weights.values()], check=check)
    return outputs[0] if len(outputs) == 1 else tuple(outputs)


def _are_held(trace: Trace, op: Op, weights: Mapping[str, torch.Tensor], data: list[Any]) -> bool:
    if not weights:
        return True
    stored = op.buffers(tuple(map(spec_of, data)))
    return all((trace.is_buffer if name in stored else trace.is_parameter)(tensor) for name, tensor in weights.items())
