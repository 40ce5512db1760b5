"""Random numbers, one for each example: drawn on the processor from a given generator, then moved to where the batch is."""

import numpy as np
import torch
from torch import Tensor


def uniform(x: Tensor, low: float, high: float, generator: torch.Generator, *, axes: int = 1) -> Tensor:
    """Numbers from low to high, float32 (N, axes), on the device of x."""
    drawn = torch.rand(len(x), axes, generator=generator)
    return (low + (high - low) * drawn).to(x.device)


def chosen(x: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Which examples it happens to, bool (N,), on the device of x."""
    return (torch.rand(len(x), generator=generator) < share).to(x.device)


def beta(x: Tensor, alpha: float, generator: torch.Generator) -> Tensor:
    """Numbers of the distribution Beta(alpha, alpha), float32 (N,). PyTorch's own takes no generator."""
    seed = int(torch.randint(2**62, (1,), generator=generator))
    drawn = np.random.Generator(np.random.PCG64(seed)).beta(alpha, alpha, len(x))
    return torch.from_numpy(drawn.astype(np.float32)).to(x.device)


def boxes(centres: Tensor, sides: Tensor, space: tuple[int, ...]) -> Tensor:
    """True inside a box of each example, bool (N, 1, *space): centres and sides are shares of each axis, float (N, axes).

    A box ends at the edge of the picture.

    >>> boxes(torch.tensor([[0.5]]), torch.tensor([[0.5]]), (4,)).int().tolist()
    [[[0, 1, 1, 0]]]
    """
    inside = torch.ones(1, 1, *(1 for _ in space), dtype=torch.bool, device=centres.device)
    for axis, size in enumerate(space):
        low = ((centres[:, axis] - sides[:, axis] / 2) * size).round()
        high = ((centres[:, axis] + sides[:, axis] / 2) * size).round()
        at = torch.arange(size, device=centres.device)
        within = (at >= low[:, None]) & (at < high[:, None])
        inside = inside & within.view(len(centres), 1, *(size if other == axis else 1 for other in range(len(space))))
    return inside
