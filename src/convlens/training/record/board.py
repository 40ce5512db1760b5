"""TensorBoard's files, where they are asked for: beside the run's own record, and never instead of it."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence

TAGS = {
    "loss": "loss/step", "learning_rate": "learning_rate", "gradient_norm": "gradient_norm",
    "train_loss": "loss/train", "validation_loss": "loss/validation",
    "train_accuracy": "accuracy/train", "validation_accuracy": "accuracy/validation",
}  # fmt: skip
"""What is written of a line of steps.jsonl or epochs.jsonl, and under which name."""


class Board:
    """Writes into ``folder`` what the record's lines say; what an earlier start wrote after ``step`` is hidden."""

    def __init__(self, folder: Path, step: int) -> None:
        need_tensorboard()
        from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415 - it needs a package that few have

        self._writer: Any = SummaryWriter(str(folder), purge_step=step + 1 if step else None)

    def add(self, record: Mapping[str, Any]) -> None:
        """A line of steps.jsonl, or of epochs.jsonl, whose learning rate the steps have said already."""
        for name, tag in TAGS.items():
            if name in record and not (name == "learning_rate" and "train_loss" in record):
                self._writer.add_scalar(tag, record[name], record["step"])

    def flush(self) -> None:
        self._writer.flush()

    def close(self) -> None:
        self._writer.close()


def need_tensorboard() -> None:
    """Raises `UsageError` where the package is not there."""
    if find_spec("tensorboard") is None:
        raise UsageError(Sentence('--tensorboard needs tensorboard\n  fix: pip install "convlens[tensorboard]"'))


def board_at(folder: Path, step: int) -> Board | None:
    """The board of a run that has one: its folder was made when the run began."""
    return Board(folder, step) if folder.is_dir() else None
