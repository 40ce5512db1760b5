"""Two examples made into one, whose target is the mixture of both classes."""

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from convlens.training.augmentation.draws import beta, boxes, uniform


def mixup(x: Tensor, targets: Tensor, alpha: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """``share * x + (1 - share) * other``, and the targets alike. Targets are float (N, K).

    Source: Zhang et al., arXiv:1710.09412v2, with a share and a partner for each example.
    """
    share, other = beta(x, alpha, generator), _partners(x, generator)
    of_x = share.view(-1, *(1 for _ in x.shape[1:])).to(x.dtype)
    return torch.lerp(x[other], x, of_x), _mixed(targets, other, share)


def cutmix(x: Tensor, targets: Tensor, alpha: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Paste a box of another example, and mix the targets by its real area. Targets are float (N, K).

    Source: Yun et al., arXiv:1905.04899v2, section 3.1, with a box and a partner for each example.
    """
    space = tuple(x.shape[2:])
    side = (1 - beta(x, alpha, generator)) ** (1 / len(space))
    centres = uniform(x, 0, 1, generator, axes=len(space))
    box, other = boxes(centres, side[:, None].expand(-1, len(space)), space), _partners(x, generator)
    share = 1 - box.flatten(1).float().mean(1)
    return torch.where(box, x[other], x), _mixed(targets, other, share)


def as_mixtures(targets: Tensor, classes: int) -> Tensor:
    """Labels (N,) as float32 (N, K); mixtures stay as they are.

    >>> as_mixtures(torch.tensor([1]), 3)
    tensor([[0., 1., 0.]])
    """
    return targets.float() if targets.is_floating_point() else one_hot(targets, classes).float()


def _partners(x: Tensor, generator: torch.Generator) -> Tensor:
    return torch.randperm(len(x), generator=generator).to(x.device)


def _mixed(targets: Tensor, other: Tensor, share: Tensor) -> Tensor:
    return torch.lerp(targets[other], targets, share[:, None])
