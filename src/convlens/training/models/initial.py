"""First weights by other rules than PyTorch's own."""

import torch
from torch import Tensor, nn

from convlens.training.chance import generator_of
from convlens.training.optimizers.groups import decaying

NORMAL = 0.01
"""The spread of Krizhevsky et al. 2012, section 5."""


@torch.no_grad()
def start_by(module: nn.Module, rule: str, seed: int) -> None:
    """Draw the weights of convolutions, linear layers and the like anew; their biases become 0. Norms and embeddings stay.

    ``xavier``: uniform (Glorot & Bengio 2010). ``he``: normal, for ReLU (He et al., arXiv:1502.01852). ``normal``: of spread
    0.01. ``zeros``: every unit of a layer learns the same for ever, which is what it is there to show.
    """
    weights = decaying(module)
    for number, weight in enumerate(weights):
        _draw(weight, rule, generator_of(seed, "initialization", number))
    for name, bias in module.named_parameters():
        if name.rpartition(".")[2].startswith("bias") and _beside(module, name, weights):
            bias.zero_()


def _draw(weight: Tensor, rule: str, generator: torch.Generator) -> None:
    drawn = torch.empty(weight.shape)  # in the plain order of axes, so that every layout draws the same
    if rule == "xavier":
        nn.init.xavier_uniform_(drawn, generator=generator)
    elif rule == "he":
        nn.init.kaiming_normal_(drawn, nonlinearity="relu", generator=generator)
    elif rule == "normal":
        nn.init.normal_(drawn, std=NORMAL, generator=generator)
    else:
        nn.init.zeros_(drawn)
    weight.copy_(drawn)


def _beside(module: nn.Module, name: str, weights: list[nn.Parameter]) -> bool:
    """Is this bias of a layer whose weights were drawn?"""
    holder = module.get_submodule(name.rpartition(".")[0])
    ids = {id(weight) for weight in weights}
    return any(id(own) in ids for own in holder.parameters(recurse=False))
