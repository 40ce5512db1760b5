"""Whole groups (speakers, patients) to the parts, so that their shares come near what was asked for."""

from collections.abc import Sequence

import torch
from torch import Tensor

from convlens.ir.errors import UsageError, cut
from convlens.lang.sentence import Sentence

MAX_SWAPPED = 64
"""Up to so many groups, moves and swaps that help are made as long as there are any."""


def parts_of_groups(
    labels: Tensor, groups: Tensor, names: Sequence[str], shares: Sequence[float], generator: torch.Generator
) -> Tensor:
    """0 (train), 1 (validation) or 2 (test) for each example; ``shares`` are those of validation and test.

    Greedy, largest group first, ties by the seed; then improved by moves and swaps. What is made small is the squared distance
    of each part's share of every class from what was asked for. Every part that has a share gets a group at least. Raises
    `UsageError` where there are fewer groups than parts.
    """
    wanted = torch.tensor([1 - sum(shares), *shares], dtype=torch.float64)
    parts = wanted.nonzero()[:, 0].tolist()
    found, of_example = torch.unique(groups, return_inverse=True)
    if len(found) < len(parts):
        raise UsageError(
            Sentence(
                "{groups} groups ({names}) cannot be split into {parts} parts, each with whole groups\n"
                "  fix: group=false, validation=0, or more groups",
                groups=len(found), names=cut(", ".join(names[at] for at in found.tolist()), 80), parts=len(parts),
            )
        )  # fmt: skip
    table = torch.zeros(len(found), int(labels.max()) + 1, dtype=torch.float64)
    table.index_put_((of_example, labels), torch.ones(len(labels), dtype=torch.float64), accumulate=True)
    place = _Placed(table, wanted, parts)
    for group in _largest_first(table, generator):
        place.put(group)
    place.fill()
    if len(found) <= MAX_SWAPPED:
        place.improve()
    return place.part[of_example]


def _largest_first(table: Tensor, generator: torch.Generator) -> list[int]:
    order = torch.randperm(len(table), generator=generator)
    found: list[int] = order[torch.argsort(table[order].sum(1), descending=True, stable=True)].tolist()
    return found


class _Placed:
    """Groups with their part so far, and how far the parts are from what was asked for."""

    def __init__(self, table: Tensor, wanted: Tensor, parts: list[int]) -> None:
        self.table, self.parts = table, parts
        self.goal = wanted[:, None] * table.sum(0)
        self.scale = table.sum(0).clamp(min=1)
        self.have = torch.zeros(3, table.shape[1], dtype=torch.float64)
        self.part = torch.full((len(table),), -1)

    def cost(self) -> float:
        """Of classes and of all examples together, as shares."""
        gap = self.have - self.goal
        return float((gap / self.scale).square().mean(1).sum() + (gap.sum(1) / self.scale.sum()).square().sum())

    def move(self, group: int, part: int) -> None:
        if self.part[group] >= 0:
            self.have[self.part[group]] -= self.table[group]
        self.have[part] += self.table[group]
        self.part[group] = part

    def put(self, group: int) -> None:
        """Where most is missing in proportion to the part."""
        missing = {part: float((self.goal[part] - self.have[part]).sum() / self.goal[part].sum()) for part in self.parts}
        self.move(group, max(self.parts, key=lambda part: (round(missing[part], 9), -part)))

    def fill(self) -> None:
        """No part without a group: the smallest group of the part with most of them."""
        for part in self.parts:
            if not (self.part == part).any():
                counts = torch.bincount(self.part, minlength=3)
                rich = (self.part == counts.argmax()).nonzero()[:, 0]
                self.move(int(rich[self.table[rich].sum(1).argmin()]), part)

    def improve(self) -> None:
        best = self.cost()
        while True:
            better = self._step(best)
            if better is None:
                return
            best = better

    def _step(self, best: float) -> float | None:
        """The first move or swap that helps, made; its cost."""
        for one in range(len(self.table)):
            for part in self.parts:
                if part != self.part[one] and int((self.part == self.part[one]).sum()) > 1:
                    before = int(self.part[one])
                    self.move(one, part)
                    if self.cost() < best - 1e-12:
                        return self.cost()
                    self.move(one, before)
            for other in range(one):
                if self.part[one] != self.part[other]:
                    self._swap(one, other)
                    if self.cost() < best - 1e-12:
                        return self.cost()
                    self._swap(one, other)
        return None

    def _swap(self, one: int, other: int) -> None:
        first, second = int(self.part[one]), int(self.part[other])
        self.move(one, second)
        self.move(other, first)
