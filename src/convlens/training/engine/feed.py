"""Batches as the network takes them: stored rows fetched, prepared, augmented."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from convlens.training.augmentation.build import Augmenter
from convlens.training.chance import generator_of
from convlens.training.data.examples import Examples, Held
from convlens.training.engine.form import Form
from convlens.training.preparation.preparation import Preparation


@dataclass(frozen=True)
class Batch:
    """``targets`` are int64 (N,), or (N, K) mixtures; ``labels`` the plain ones. ``share`` is 0 where it only fills in."""

    x: Tensor
    targets: Tensor
    labels: Tensor
    share: float = 1.0


class Feed:
    """Makes batches of one part of the data."""

    def __init__(self, examples: Examples, preparation: Preparation, form: Form, device: torch.device) -> None:
        self.examples = on_device(examples, device)
        self.preparation = preparation
        self.form = form
        self.device = device
        self._reader = None if isinstance(self.examples.rows, Held) else ThreadPoolExecutor(1)
        self._expected: tuple[Tensor, Future[Tensor]] | None = None

    def expect(self, places: Tensor) -> None:
        """The batch that comes next: rows that are read from files are read while the network computes."""
        if self._reader is not None:
            self._expected = (places, self._reader.submit(self.examples.rows.take, places))

    def _rows(self, places: Tensor) -> Tensor:
        expected, self._expected = self._expected, None
        if expected is not None and torch.equal(expected[0], places):
            return expected[1].result()
        return self.examples.rows.take(places)

    def batch(self, places: Tensor, augment: Augmenter | None = None, chance: tuple[int, *tuple[int | str, ...]] = (0,)) -> Batch:
        """The examples at these places. ``chance`` says from where augmentation draws."""
        rows = self._rows(places).to(self.device, non_blocking=True)
        labels = self.examples.labels[places.to(self.examples.labels.device)].to(self.device)
        x = self.preparation.batch(rows)
        targets = labels
        if augment is not None:
            x, targets = augment(x, targets, generator_of(*chance))
        return Batch(self.form.input(x), targets, labels)


def on_device(examples: Examples, device: torch.device) -> Examples:
    """Rows in memory move to the accelerator once, where they take little of it."""
    if device.type != "cuda" or not isinstance(examples.rows, Held):
        return examples
    values = examples.rows.values
    if values.numel() * values.element_size() > torch.cuda.mem_get_info(device)[0] // 4:
        return examples
    return replace(examples, rows=Held(values.to(device)), labels=examples.labels.to(device))
