"""Focal loss."""

from torch import Tensor
from torch.nn.functional import log_softmax

LEAST = 1e-12
"""Of ``1 - p``: a power below 1 has no slope at 0."""


def focal(logits: Tensor, targets: Tensor, weights: Tensor | None, gamma: float) -> Tensor:
    """``-sum_c q_c * alpha_c * (1 - p_c)^gamma * log p_c`` of every example: (N, K) and mixtures q (N, K) to (N,).

    ``p`` is the softmax of the logits, ``alpha`` the class weights. Of a plain label it is the paper's
    ``-alpha_t * (1 - p_t)^gamma * log p_t``; with gamma 0 it is cross-entropy.
    Source: Lin et al., arXiv:1708.02002v2, formulas 4 and 5.

    >>> import torch
    >>> even, sure = torch.zeros(1, 2), torch.tensor([[9.0, 0.0]])
    >>> [round(focal(x, torch.tensor([[1.0, 0.0]]), None, 2.0).item(), 4) for x in (even, sure)]
    [0.1733, 0.0]
    """
    logs = log_softmax(logits, dim=1)
    missing = (-logs.expm1()).clamp(min=LEAST)
    losses = -targets * missing**gamma * logs
    return (losses if weights is None else losses * weights).sum(1)
