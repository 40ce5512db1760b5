"""Tables, and indices into tensors."""

import torch
import torch.nn.functional as F
from torch import Tensor

from convlens.backends.torch.call import Call
from convlens.backends.torch.lowering import lowers, refuses
from convlens.ir.graph import Node

_REDUCED = {"add": "sum", "sum": "sum", "multiply": "prod", "mul": "prod", "prod": "prod", "mean": "mean", "amax": "amax",
            "max": "amax", "amin": "amin", "min": "amin"}  # fmt: skip


@lowers("embedding")
def _embedding(call: Call) -> Tensor:
    return F.embedding(call.x, call.weights["weight"])


@lowers("embedding_bag")
def _embedding_bag(call: Call) -> Tensor:
    """Indices of one axis are cut by offsets; a factor for each index comes last."""
    op, indices = call.op, call.x.long()
    offsets = call.xs[1].long() if indices.dim() == 1 else None
    factors = call.xs[-1] if op.weighted else None
    return F.embedding_bag(
        indices, call.weights["weight"], offsets, mode=op.function, per_sample_weights=factors, include_last_offset=op.ended
    )


@lowers("one_hot")
def _one_hot(call: Call) -> Tensor:
    return F.one_hot(call.x.long(), call.op.classes).to(getattr(torch, call.op.dtype))


@lowers("index_select")
def _index_select(call: Call) -> Tensor:
    return call.x[(slice(None),) * (call.op.axis % call.x.dim()) + (call.xs[1].long(),)]


@lowers("scatter")
def _scatter(call: Call) -> Tensor:
    x, index, source = call.xs
    if call.op.function == "replace":
        return x.scatter(call.op.axis, index, source)
    return x.scatter_reduce(call.op.axis, index, source, _REDUCED[call.op.function])


@refuses("scatter")
def _without_source(node: Node) -> str:
    return "" if len(node.inputs) == 3 else "the number that it writes is not recorded"
