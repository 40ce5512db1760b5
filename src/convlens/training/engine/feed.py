"""Batches as the network takes them: stored rows fetched, prepared, augmented."""

import queue
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

import torch
from torch import Tensor

from convlens.training.augmentation.build import Augmenter
from convlens.training.data.examples import Examples, Held
from convlens.training.engine.chance import generator
from convlens.training.engine.form import Form
from convlens.training.preparation.preparation import Preparation

T = TypeVar("T")
AHEAD = 2
"""Batches that wait, made while the last one is computed on."""


@dataclass(frozen=True)
class Batch:
    """``targets`` are int64 (N,), or (N, K) mixtures; ``labels`` the plain ones. ``share`` is 0 for a batch that only fills in."""

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

    def batch(self, places: Tensor, augment: Augmenter | None = None, *chance: int | str) -> Batch:
        """The examples at these places. ``chance`` says from where augmentation draws."""
        rows = self.examples.rows.take(places).to(self.device, non_blocking=True)
        labels = self.examples.labels[places.to(self.examples.labels.device)].to(self.device)
        x = self.preparation.batch(rows)
        targets = labels
        if augment is not None:
            x, targets = augment(x, targets, generator(*chance))
        return Batch(self.form.input(x), targets, labels)

    def all(self, size: int) -> Iterator[Batch]:
        """Every example once, in order, without augmentation."""
        for begin in range(0, len(self.examples), size):
            yield self.batch(torch.arange(begin, min(begin + size, len(self.examples))))


def on_device(examples: Examples, device: torch.device) -> Examples:
    """Rows in memory move to the accelerator once, where they take little of it."""
    if device.type != "cuda" or not isinstance(examples.rows, Held):
        return examples
    values = examples.rows.values
    if values.numel() * values.element_size() > torch.cuda.mem_get_info(device)[0] // 4:
        return examples
    return replace(examples, rows=Held(values.to(device)), labels=examples.labels.to(device))


def ahead(items: Iterable[T]) -> Iterator[T]:
    """The items, made by another thread before they are asked for. What it raises is raised here."""
    waiting: queue.Queue[tuple[str, T | BaseException | None]] = queue.Queue(AHEAD)
    stopped = threading.Event()

    def put(kind: str, value: T | BaseException | None) -> bool:
        while not stopped.is_set():
            try:
                waiting.put((kind, value), timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def work() -> None:
        try:
            for item in items:
                if not put("item", item):
                    return
            put("end", None)
        except BaseException as error:  # noqa: BLE001 - raised again where the items are used
            put("error", error)

    threading.Thread(target=work, daemon=True).start()
    try:
        while True:
            kind, value = waiting.get()
            if kind == "error":
                raise value  # type: ignore[misc]
            if kind == "end":
                return
            yield value  # type: ignore[misc]
    finally:
        stopped.set()
