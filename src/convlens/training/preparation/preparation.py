"""What every preparation offers."""

from pathlib import Path
from typing import Any, Protocol

from torch import Tensor

from convlens.ir.spec import Shape


class Preparation(Protocol):
    """From an example as it is stored to what the network takes.

    A stored row is what stays in memory (uint8 pixels, word numbers, a float32 spectrogram); ``batch`` makes the network's
    input of many rows at once, on their device.
    """

    @property
    def kind(self) -> str:
        """image, text, sound or volume."""

    @property
    def shape(self) -> Shape:
        """What the network takes of one example, without the batch: (C, H, W), (L,), (C, T) or (C, D, H, W)."""

    @property
    def dtype(self) -> str:
        """float32, or int64 for word numbers."""

    def store(self, items: Any) -> Tensor:
        """Items of a `Raw`, of this kind, as stored rows (N, ...)."""

    def read(self, source: Path | str | bytes) -> Tensor:
        """One stored row of a new file, of its bytes, or (text) of a sentence. Raises `UsageError` where it cannot be read."""

    def batch(self, rows: Tensor) -> Tensor:
        """The network's input for these stored rows, on their device."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values from which `convlens.training.preparation.kinds.from_dict` makes it again."""
