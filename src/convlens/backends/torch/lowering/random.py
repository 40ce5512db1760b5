"""Operators that draw numbers in training and do nothing random in evaluation."""

import torch
import torch.nn.functional as F
from torch import Tensor

from convlens.backends.torch.call import Call
from convlens.backends.torch.lowering import lowers


@lowers("dropout")
def _dropout(call: Call) -> Tensor:
    """Whole channels are those of axis 1, or of axis 0 where there are two axes: an input without a batch."""
    if call.op.of == "values":
        return F.dropout(call.x, call.op.p, call.training)
    dropout = F.dropout1d if call.x.dim() == 2 else torch.feature_dropout
    return dropout(call.x, call.op.p, call.training)


@lowers("alpha_dropout")
def _alpha_dropout(call: Call) -> Tensor:
    dropout = F.alpha_dropout if call.op.of == "values" else F.feature_alpha_dropout
    return dropout(call.x, call.op.p, call.training)


@lowers("rrelu")
def _rrelu(call: Call) -> Tensor:
    return F.rrelu(call.x, call.op.lower, call.op.upper, call.training)


@lowers("scaled_dot_product_attention")
def _attention(call: Call) -> Tensor:
    op = call.op
    dropout = op.dropout if call.training else 0.0
    query, key, value, *mask = call.xs
    masked = mask[0] if mask else None
    return F.scaled_dot_product_attention(
        query, key, value, masked, dropout_p=dropout, is_causal=op.causal, scale=op.scale, enable_gqa=op.gqa
    )
