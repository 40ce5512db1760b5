"""Records that grow by a line: steps.jsonl, epochs.jsonl."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from convlens.ir.errors import ConvlensError
from convlens.training.record.files import plain


class Lines:
    """Collects records and appends them to a file when `flush` is called."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._waiting: list[str] = []

    def add(self, record: Mapping[str, Any]) -> None:
        self._waiting.append(json.dumps(plain(record), allow_nan=False))

    def flush(self) -> None:
        """Append what waits. Raises `ConvlensError` where the disk refuses; then it waits on."""
        if not self._waiting:
            return
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write("\n".join(self._waiting) + "\n")
        except OSError as error:
            raise ConvlensError(
                f"{self.path} cannot be written: {error.strerror or error}\n  fix: free some space, then --resume"
            ) from None
        self._waiting.clear()

    def cut_after(self, step: int) -> None:
        """Leave out what was written after this step: a run that goes on from a checkpoint writes it again."""
        if self.path.exists():
            kept = [line for line in self.path.read_text(encoding="utf-8", errors="replace").splitlines() if _step(line) <= step]
            self.path.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")


def _step(line: str) -> float:
    """A line that was cut off belongs to no step."""
    try:
        return float(json.loads(line)["step"])
    except (ValueError, LookupError, TypeError):
        return float("inf")
