"""Normalisations that take their statistics from the batch or from running ones."""

import torch
import torch.nn.functional as F
from torch import Tensor

from convlens.backends.torch.call import Call
from convlens.backends.torch.lowering import lowers
from convlens.ir.errors import ShapeError


@lowers("batch_norm")
def _batch_norm(call: Call) -> Tensor:
    """In training, and where no statistics are kept, those of the batch."""
    own, weights = call.training or not call.op.tracked, call.weights
    mean, var = weights.get("running_mean"), weights.get("running_var")
    return F.batch_norm(call.x, mean, var, weights.get("weight"), weights.get("bias"), own, _momentum(call), call.op.eps)


@lowers("group_norm")
def _group_norm(call: Call) -> Tensor:
    """The kernel itself: the function of torch.nn refuses groups of one value, which Keras normalises to 0."""
    return torch.group_norm(call.x, call.op.groups, call.weights.get("weight"), call.weights.get("bias"), call.op.eps)


@lowers("instance_norm")
def _instance_norm(call: Call) -> Tensor:
    own, weights = call.training or not call.op.tracked, call.weights
    batched = call.op.channel_axis(call.specs[0]) == 1
    x = call.x if batched else call.x.unsqueeze(0)
    mean, var = weights.get("running_mean"), weights.get("running_var")
    y = F.instance_norm(x, mean, var, weights.get("weight"), weights.get("bias"), own, _momentum(call), call.op.eps)
    return y if batched else y.squeeze(0)


def _momentum(call: Call) -> float:
    """PyTorch counts the batches where there is no momentum; a graph keeps no such counter."""
    if call.op.momentum is None and call.op.tracked and call.training:
        raise ShapeError("momentum=None averages over all batches, and the graph does not count them", "a momentum such as 0.1")
    return 0.0 if call.op.momentum is None else call.op.momentum
