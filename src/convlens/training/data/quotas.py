"""How many examples of each class, and which."""

from collections.abc import Sequence

import torch
from torch import Tensor


def quotas(counts: Sequence[int], total: int, least: Sequence[int], most: Sequence[int]) -> list[int]:
    """``total`` in proportion to ``counts``, each within its bounds: shares rounded down, then up by the largest remainders.

    Where the bounds forbid the total, the nearest that they allow.

    >>> quotas([10, 10, 4], 6, [1, 1, 1], [9, 9, 3])
    [3, 2, 1]
    """
    whole = max(sum(counts), 1)
    ideal = [total * count / whole for count in counts]
    have = [min(max(int(share), low), high) for share, low, high in zip(ideal, least, most, strict=True)]
    step = 1 if sum(have) < total else -1
    bound = most if step > 0 else least
    while sum(have) != total:
        order = sorted((at for at in range(len(have)) if have[at] != bound[at]), key=lambda at: step * (have[at] - ideal[at]))
        if not order:
            break
        for at in order[: abs(total - sum(have))]:
            have[at] += step
    return have


def drawn(labels: Tensor, wanted: Sequence[int], generator: torch.Generator) -> Tensor:
    """Places (ascending) of so many examples of each class, drawn at random; more of a class only add to fewer of it."""
    order = torch.randperm(len(labels), generator=generator)
    order = order[torch.argsort(labels[order], stable=True)]
    starts = torch.bincount(labels).cumsum(0) - torch.bincount(labels)
    rank = torch.arange(len(labels)) - starts[labels[order]]
    return order[rank < torch.tensor(wanted)[labels[order]]].sort().values if len(labels) else order
