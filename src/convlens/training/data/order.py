"""In which order examples are seen, and which of them fall to which process."""

from collections.abc import Iterator

import torch
from torch import Tensor

from convlens.training.chance import generator_of
from convlens.training.settings.settings import Settings


class Order:
    """The places of every epoch: a pure function of the labels, the settings, the seed and the number of the epoch.

    ``shuffled`` sees every example once an epoch; a full batch needs no shuffling and keeps the order of the data.
    ``balanced`` draws as many places as there are examples, every class that occurs equally often up to one. Inside a class
    no example comes again before all others of it have been seen, through all epochs: at any epoch's end the examples of
    one class have been drawn equally often up to one.

    >>> order = Order(torch.tensor([0, 0, 0, 0, 1, 1]), Settings(sampler="balanced"), seed=0)
    >>> places = order.epoch(0)
    >>> len(places), sorted(places[places > 3].tolist())
    (6, [4, 5, 5])
    """

    def __init__(self, labels: Tensor, settings: Settings, seed: int) -> None:
        self.labels = labels.cpu()
        self.settings = settings
        self.seed = seed
        self.members = [torch.nonzero(self.labels == label).flatten() for label in torch.unique(self.labels)]

    def epoch(self, number: int) -> Tensor:
        """int64 places (N,) for the epoch of this number, from 0; the same on every process."""
        if self.settings.sampler == "balanced":
            places = torch.cat([self._drawn(at, number) for at in range(len(self.members))]) if self.members else self.labels
            return places[self._shuffled(len(places), number)]
        if self.settings.batch == "full":
            return torch.arange(len(self.labels))
        return self._shuffled(len(self.labels), number)

    def _shuffled(self, count: int, epoch: int) -> Tensor:
        return torch.randperm(count, generator=generator_of(self.seed, "order", epoch))

    def _drawn(self, at: int, epoch: int) -> Tensor:
        """What class ``at`` gives to an epoch: the next part of an endless row of permutations of its members."""
        members = self.members[at]
        start, end = self._draws(at, epoch), self._draws(at, epoch + 1)
        rounds = range(start // len(members), -(-end // len(members)))
        row = [torch.randperm(len(members), generator=generator_of(self.seed, "class", at, number)) for number in rounds]
        first = rounds.start * len(members)
        return members[torch.cat(row)[start - first : end - first]] if row else members[:0]

    def _draws(self, at: int, epochs: int) -> int:
        """How often class ``at`` is drawn in the first epochs; what does not divide goes round the classes in turn."""
        classes = len(self.members)
        each, left = divmod(len(self.labels), classes)
        return epochs * each + (epochs * left - at + classes - 1) // classes


def batches(places: Tensor, batch: int, rank: int = 0, world: int = 1) -> Iterator[tuple[Tensor, Tensor]]:
    """For each global batch the places of this process and those of all: ``(mine, whole)``.

    The global batches are those of one process; each is cut into ``world`` slices that follow one another, whose sizes
    differ by at most one: no example is lost or doubled. A last batch of few examples leaves some processes with an empty
    slice rather than one with a single example, which has no batch statistics, unless whole batches have slices of one. A
    process with an empty slice must still take part in the exchange of gradients: it runs forward and backward on
    ``whole[:1]`` with its loss multiplied by 0 (layers that take batch statistics in evaluation mode).

    A single example that would be left over joins the batch before it: alone it has no batch statistics.

    >>> [mine.tolist() for mine, whole in batches(torch.arange(7), 4, rank=1, world=2)]
    [[2, 3], []]
    """
    for number in range(steps := steps_of(len(places), batch)):
        whole = places[number * batch : (number + 1) * batch if number + 1 < steps else None]
        slices = cuts(len(whole), batch, world)
        first, end = (len(whole) * min(at, slices) // slices for at in (rank, rank + 1))
        yield whole[first:end], whole


def cuts(examples: int, batch: int, wanted: int) -> int:
    """Into how many parts a batch is cut of which whole ones have ``wanted``: of two examples each, where theirs have two.

    >>> cuts(16, 16, 4), cuts(3, 16, 4), cuts(3, 4, 4)
    (4, 1, 3)
    """
    return max(1, min(wanted, examples // min(2, max(1, batch // wanted))))


def steps_of(examples: int, batch: int) -> int:
    """Batches of an epoch. One example that would be left over makes none of its own.

    >>> steps_of(10, 4), steps_of(9, 4), steps_of(1, 4), steps_of(3, 1)
    (3, 2, 1, 3)
    """
    full, left = divmod(examples, batch)
    return max(1, full) if left == 1 else full + (left > 0)
