"""Places that indices of several axes, index vectors or a mask name together: read or written."""

from typing import Any

import torch
from torch import Tensor

from convlens.backends.torch.call import Call
from convlens.backends.torch.lowering import lowers, refuses
from convlens.ir.graph import Node

_Key = list[Tensor | None]
_REDUCED = {"prod": "prod", "mul": "prod", "mean": "mean", "amax": "amax", "max": "amax", "amin": "amin", "min": "amin"}


@lowers("index")
def _index(call: Call) -> Tensor:
    return _read(call.x, _key(call.op, call.x, call.xs[1:]))


@lowers("index_put")
def _index_put(call: Call) -> Tensor:
    return _written(call.x, _key(call.op, call.x, call.xs[1:-1]), call.xs[-1], call.op.function)


@lowers("gather_nd")
def _gather_nd(call: Call) -> Tensor:
    """The axes of the batch are indexed by their own place."""
    x, index = call.xs
    lead = index.shape[:-1]
    batch = [
        torch.arange(size, device=x.device).reshape(_along(at, len(lead))) for at, size in enumerate(x.shape[: call.op.batch])
    ]
    return _read(x, [*batch, *index.long().unbind(-1)])


@lowers("scatter_nd")
def _scatter_nd(call: Call) -> Tensor:
    x, index, source = call.xs
    return _written(x, [*index.long().unbind(-1)], source, call.op.function)


@lowers("masked_scatter")
def _masked_scatter(call: Call) -> Tensor:
    x, mask, source = call.xs
    return x.masked_scatter(mask, source)


def _key(op: Any, x: Tensor, indices: Any) -> _Key:
    """One entry for each axis; none where an axis is not indexed."""
    chosen = dict(zip((axis % x.dim() for axis in op.on), indices, strict=True))
    return [chosen[axis].long() if axis in chosen else None for axis in range(x.dim())]


def _read(x: Tensor, key: _Key) -> Tensor:
    """``x[i, :, j]`` would take an index without axes for a number, which PyTorch applies first."""
    made: Tensor = torch.ops.aten.index(x, key)
    return made


def _written(x: Tensor, key: _Key, value: Tensor, function: str) -> Tensor:
    if function in ("replace", "add"):
        made: Tensor = torch.ops.aten.index_put(x, key, value, function == "add")
        return made
    places = _read(torch.arange(x.numel(), device=x.device).reshape(x.shape), key)
    line = x.flatten().scatter_reduce(0, places.flatten(), value.expand(places.shape).flatten(), _REDUCED[function])
    return line.reshape(x.shape)


def _along(axis: int, rank: int) -> list[int]:
    return [-1 if at == axis else 1 for at in range(rank)]


@refuses("index_put")
def _without_value(node: Node) -> str:
    return "" if len(node.inputs) == len(node.op.settings()["on"]) + 2 else "the number that it writes is not recorded"
