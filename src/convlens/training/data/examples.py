"""Examples as the training loop takes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor


class Rows(Protocol):
    """Stored examples by their place: a tensor in memory, or files that are read when they are asked for."""

    def __len__(self) -> int: ...

    def take(self, places: Tensor) -> Tensor:
        """The stored rows at these int64 places, as one tensor."""


@dataclass(frozen=True)
class Held:
    """Rows in memory."""

    values: Tensor

    def __len__(self) -> int:
        return len(self.values)

    def take(self, places: Tensor) -> Tensor:
        return self.values.index_select(0, places.to(self.values.device))


@dataclass(frozen=True)
class Examples:
    """One part of the split: stored rows, int64 labels (N,), and the place of each in the `Raw` that it came from."""

    rows: Rows
    labels: Tensor
    places: Tensor
    names: Sequence[str]

    def __len__(self) -> int:
        return len(self.labels)
