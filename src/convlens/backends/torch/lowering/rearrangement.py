"""Operators that only move values and that a graph writes in its own way."""

from collections.abc import Sequence

import torch
from torch import Tensor

from convlens.backends.torch.call import Call
from convlens.backends.torch.lowering import lowers


@lowers("concat")
def _concat(call: Call) -> Tensor:
    return torch.cat(list(call.xs), call.op.axis)


@lowers("stack")
def _stack(call: Call) -> Tensor:
    return torch.stack(list(call.xs), call.op.axis)


@lowers("split")
def _split(call: Call) -> Sequence[Tensor]:
    return torch.split(call.x, list(call.op.sizes), call.op.axis)


@lowers("permute")
def _permute(call: Call) -> Tensor:
    return call.x.permute(call.op.order)


@lowers("reshape")
def _reshape(call: Call) -> Tensor:
    return call.x.reshape(call.op.shape)


@lowers("expand")
def _expand(call: Call) -> Tensor:
    return call.x.expand(call.op.shape)


@lowers("squeeze")
def _squeeze(call: Call) -> Tensor:
    return call.x.reshape(call.op.outputs(call.specs[:1])[0].dims)


@lowers("unsqueeze")
def _unsqueeze(call: Call) -> Tensor:
    return call.x.reshape(call.op.outputs(call.specs[:1])[0].dims)


@lowers("tile")
def _tile(call: Call) -> Tensor:
    return torch.tile(call.x, call.op.repeats)


@lowers("repeat_interleave")
def _repeat_interleave(call: Call) -> Tensor:
    return torch.repeat_interleave(call.x, call.op.times, call.op.axis)


@lowers("sliding_window")
def _sliding_window(call: Call) -> Tensor:
    return call.x.unfold(call.op.axis, call.op.size, call.op.step)
