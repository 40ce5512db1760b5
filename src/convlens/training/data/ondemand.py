"""Rows that are made when they are asked for."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from convlens.training.preparation.preparation import Preparation

CHUNK = 256
"""Examples that are prepared at once; more memory than these and the rows asked for is never taken."""


@dataclass(frozen=True)
class OnDemand:
    """Files, or examples too many once they are scaled; ``places`` are those of this part in ``items``."""

    items: Any
    places: Tensor
    preparation: Preparation

    def __len__(self) -> int:
        return len(self.places)

    def take(self, places: Tensor) -> Tensor:
        return stored(self.items, self.places[places], self.preparation)


def stored(items: Any, places: Tensor, preparation: Preparation) -> Tensor:
    """Stored rows of the examples at these places."""
    if not len(places):
        return preparation.store(chosen(items, torch.zeros(1, dtype=torch.int64)))[:0]
    first = preparation.store(chosen(items, places[:CHUNK]))
    if len(places) <= CHUNK:
        return first
    rows = first.new_empty((len(places), *first.shape[1:]))
    rows[:CHUNK] = first
    for start in range(CHUNK, len(places), CHUNK):
        rows[start : start + CHUNK] = preparation.store(chosen(items, places[start : start + CHUNK]))
    return rows


def chosen(items: Any, places: Tensor) -> Any:
    """A tensor's rows, or a list of a sequence's items."""
    return items[places] if isinstance(items, Tensor) else [items[at] for at in places.tolist()]


def row_bytes(items: Any, preparation: Preparation) -> int:
    """Of one stored row."""
    row = preparation.store(chosen(items, torch.zeros(1, dtype=torch.int64)))
    return row.numel() * row.element_size()
