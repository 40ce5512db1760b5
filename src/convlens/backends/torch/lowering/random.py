"""Operators that draw numbers in training and do nothing random in evaluation."""

import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from convlens.backends.torch.call import Call
from convlens.backends.torch.lowering import lowers


@lowers("dropout")
def _dropout(call: Call) -> Tensor:
    """Whole channels of an input without a batch are axis 0, which ``F.dropout1d`` to ``F.dropout3d`` find by the rank."""
    if call.op.of == "values":
        return F.dropout(call.x, call.op.p, call.training)
    return F.dropout2d(call.x, call.op.p, call.training) if call.x.dim() > 3 else F.dropout1d(call.x, call.op.p, call.training)


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
