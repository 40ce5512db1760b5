"""Whole groups (speakers, patients) to the parts, so that their shares come near what was asked for."""

from collections.abc import Sequence

import torch
from torch import Tensor

from convlens.ir.errors import UsageError, cut
from convlens.lang.sentence import Sentence

MAX_SWAPPED = 256
"""Up to so many groups, swaps are tried where no move helps: they are looked at pair by pair."""

MAX_CHANGES = 100
"""Moves and swaps at most: behind the greedy choice a few are left that help."""

LITTLE = 1e-9
"""A gain below it is none, and costs that differ by less are equal, so that every machine decides alike."""


def parts_of_groups(
    labels: Tensor, groups: Tensor, names: Sequence[str], shares: Sequence[float], generator: torch.Generator
) -> Tensor:
    """0 (train), 1 (validation) or 2 (test) for each example; ``shares`` are those of validation and test.

    Greedy, largest group first, ties by the seed; then improved by moves and, of few groups, by swaps. What is made small is
    the squared distance of each part's share of every class, and of all examples, from what was asked for. Every part that has
    a share gets a group at least. Raises `UsageError` where there are fewer groups than parts.
    """
    wanted = torch.tensor([1 - sum(shares), *shares], dtype=torch.float64)
    parts = wanted.nonzero()[:, 0]
    found, of_example = torch.unique(groups, return_inverse=True)
    if len(found) < len(parts):
        raise UsageError(
            Sentence(
                "{groups} groups ({names}) cannot be split into {parts} parts, each with whole groups\n"
                "  fix: group=false, validation=0, or more groups",
                groups=len(found), names=cut(", ".join(names[at] for at in found.tolist()), 80), parts=len(parts),
            )
        )  # fmt: skip
    order = _largest_first(torch.bincount(of_example), generator)
    place = torch.empty_like(order)
    place[order] = torch.arange(len(order))
    placed = _Placed(_held(labels, place[of_example], len(found)), wanted[parts])
    for group in range(len(found)):
        placed.put(group)
    placed.fill()
    placed.improve()
    return parts[placed.part][place[of_example]]


def _largest_first(counts: Tensor, generator: torch.Generator) -> Tensor:
    order = torch.randperm(len(counts), generator=generator)
    return order[torch.argsort(counts[order], descending=True, stable=True)]


def _held(labels: Tensor, groups: Tensor, count: int) -> Tensor:
    """(groups, classes + 1): what share of every class, and of all examples, each group holds.

    The shares of classes are divided by the root of their number: as squares, all of them count as much as that of all examples.
    """
    classes = int(labels.max()) + 1
    held = torch.zeros(count, classes + 1, dtype=torch.float64)
    held.index_put_((groups, labels), torch.ones(len(labels), dtype=torch.float64), accumulate=True)
    held[:, classes] = held.sum(1)
    totals = held.sum(0).clamp(min=1)
    totals[:classes] *= classes**0.5
    return held.div_(totals)


class _Placed:
    """Groups with their part so far. The cost is the sum of the squares of ``gap``: what the parts have more than they should."""

    def __init__(self, held: Tensor, wanted: Tensor) -> None:
        self.held = held
        self.gap = -wanted[:, None] * held.sum(0)
        self.square = torch.cat([some.square().sum(1) for some in held.split(4096)])
        self.little = (LITTLE * self.square.sqrt()).tolist()
        self.part = torch.full((len(held),), -1)

    def put(self, group: int) -> None:
        """Where the cost grows least."""
        costs = (self.gap @ self.held[group]).tolist()
        least = min(costs) + self.little[group]
        part = next(at for at, cost in enumerate(costs) if cost <= least)
        self.gap[part] += self.held[group]
        self.part[group] = part

    def move(self, group: int, part: int) -> None:
        self.gap[self.part[group]] -= self.held[group]
        self.gap[part] += self.held[group]
        self.part[group] = part

    def fill(self) -> None:
        """No part without a group: the one that costs least there."""
        for part in range(len(self.gap)):
            if not (self.part == part).any():
                self.move(_first(self._free(self._moves())[:, part]), part)

    def improve(self) -> None:
        """The move that helps most; where none does, the swap."""
        for _ in range(MAX_CHANGES):
            moves = self._moves()
            free = self._free(moves)
            if free.min() < -LITTLE:
                self.move(*divmod(_first(free.flatten()), len(self.gap)))
            elif not self._swapped(moves):
                return

    def _moves(self) -> Tensor:
        """(groups, parts): by how much the cost grows where a group comes into a part."""
        pull = self.held @ self.gap.T
        return 2 * (pull - pull.gather(1, self.part[:, None]) + self.square[:, None])

    def _free(self, moves: Tensor) -> Tensor:
        """Infinite where a group is there already, or is all that its part has."""
        alone = torch.bincount(self.part, minlength=len(self.gap))[self.part] == 1
        return moves.scatter(1, self.part[:, None], torch.inf).masked_fill(alone[:, None], torch.inf)

    def _swapped(self, moves: Tensor) -> bool:
        if len(self.held) > MAX_SWAPPED:
            return False
        there = moves[:, self.part]
        both = there + there.T - 4 * self.held @ self.held.T
        swaps = both.masked_fill(self.part[:, None] == self.part, torch.inf)
        if swaps.min() >= -LITTLE:
            return False
        one, other = divmod(_first(swaps.flatten()), len(self.held))
        first, second = int(self.part[one]), int(self.part[other])
        self.move(one, second)
        self.move(other, first)
        return True


def _first(costs: Tensor) -> int:
    """The first of those that are the least."""
    return int((costs <= costs.min() + LITTLE).nonzero()[0, 0])
