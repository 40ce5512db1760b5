"""Changes of pictures (N, C, H, W) and volumes (N, C, D, H, W), every example by numbers of its own."""

from math import log, pi

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample, pad

from convlens.training.augmentation.draws import boxes, chosen, uniform

ERASED = (0.02, 0.33)
"""Least and largest share of the area that is blanked. Source: Zhong et al., arXiv:1708.04896v2, section 4.3."""
ASPECT = 3.3
"""The longest form of the blanked rectangle, from the same place."""


def shift(x: Tensor, most: int, generator: torch.Generator) -> Tensor:
    """Move each by up to ``most`` pixels along every axis of space; what comes in is zero, the mean of normalised data."""
    space = x.shape[2:]
    by = torch.randint(2 * most + 1, (len(space), len(x)), generator=generator).to(x.device)
    windows = pad(x, (most, most) * len(space))
    for axis, size in enumerate(space):
        windows = windows.unfold(2 + axis, size, 1)  # a view of all places at once, from which each takes its own
    windows = windows.movedim(1, 1 + len(space))
    return windows[(torch.arange(len(x), device=x.device), *by)]


def flip(x: Tensor, generator: torch.Generator) -> Tensor:
    """Mirror half of them, left to right."""
    which = chosen(x, 0.5, generator)
    return torch.where(which.view(-1, *(1 for _ in x.shape[1:])), x.flip(-1), x)


def crop(x: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Cut away up to this share of the area, at a random place, and scale the rest back; the form stays as it is."""
    axes = x.ndim - 2
    side = (1 - uniform(x, 0, share, generator)) ** (1 / axes)
    middle = uniform(x, -1, 1, generator, axes=axes) * (1 - side)
    theta = torch.cat([torch.diag_embed(side.expand(-1, axes)), middle.unsqueeze(2)], dim=2)
    return _sampled(x, theta, "border")


def rotate(x: Tensor, degrees: float, generator: torch.Generator) -> Tensor:
    """Turn each by up to so many degrees, both ways, around its middle; a volume in the plane of its last two axes."""
    angle = uniform(x, -degrees, degrees, generator)[:, 0] * (pi / 180)
    high, wide = x.shape[-2:]
    theta = torch.eye(x.ndim - 2, x.ndim - 1, device=x.device).repeat(len(x), 1, 1)
    theta[:, 0, 0] = theta[:, 1, 1] = angle.cos()
    theta[:, 0, 1] = -angle.sin() * (high / wide)
    theta[:, 1, 0] = angle.sin() * (wide / high)
    return _sampled(x, theta, "zeros")


def noise(x: Tensor, spread: float, generator: torch.Generator) -> Tensor:
    """Add normal noise of this standard deviation to every value."""
    return x + spread * torch.randn(x.shape, generator=generator, dtype=torch.float32).to(x.device, x.dtype)


def erase(x: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Blank a random box with zeros in this share of them."""
    axes = x.ndim - 2
    area = uniform(x, *ERASED, generator)
    form = uniform(x, -log(ASPECT) / 2, log(ASPECT) / 2, generator, axes=axes)
    sides = (area ** (1 / axes) * (form - form.mean(1, keepdim=True)).exp()).clamp(max=1)
    centres = sides / 2 + uniform(x, 0, 1, generator, axes=axes) * (1 - sides)
    which = chosen(x, share, generator).view(-1, *(1 for _ in x.shape[1:]))
    return x.masked_fill(boxes(centres, sides, tuple(x.shape[2:])) & which, 0)


def _sampled(x: Tensor, theta: Tensor, outside: str) -> Tensor:
    """The pictures read where ``theta`` (N, axes, axes + 1) leads, between pixels by their distance."""
    grid = affine_grid(theta.to(x.dtype), list(x.shape), align_corners=False)
    return grid_sample(x, grid, padding_mode=outside, align_corners=False)
