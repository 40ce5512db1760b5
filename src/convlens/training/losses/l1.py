"""The sum of absolute weights."""

import torch
from torch import Tensor, nn

from convlens.training.optimizers.groups import decaying


def l1_of(module: nn.Module) -> Tensor:
    """The sum of |w| over the weights that weight decay pulls too: not over norms, biases and embeddings. A scalar.

    >>> net = nn.Linear(3, 1)
    >>> l1_of(net).item() == net.weight.abs().sum().item()
    True
    """
    sums = [weight.abs().sum() for weight in decaying(module)]
    return torch.stack(sums).sum() if sums else torch.zeros(())
