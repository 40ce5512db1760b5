"""Records that grow by a line: steps.jsonl, epochs.jsonl."""

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence
from convlens.training.record.files import plain, refused, write

MAX_BYTES = 1 << 28
"""The largest file of lines that is read."""


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
            raise refused(self.path, error, sum(map(len, self._waiting))) from None
        self._waiting.clear()

    def cut_after(self, step: int) -> None:
        """Leave out what was written after this step: a run that goes on from a checkpoint writes it again."""
        if self.path.exists():
            kept = [line for line in self.path.read_text(encoding="utf-8", errors="replace").splitlines() if _step(line) <= step]
            write(self.path, "".join(f"{line}\n" for line in kept).encode("utf-8"))


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Every whole record of a file, in order; nothing where it is not there. A line that was cut off is left out."""
    if not path.is_file():
        return []
    if path.stat().st_size > MAX_BYTES:
        raise UsageError(
            Sentence("{path} has {size} bytes; at most {most} are read", path=str(path), size=path.stat().st_size, most=MAX_BYTES)
        )
    found = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        with contextlib.suppress(ValueError, RecursionError):  # cut off when the run was killed
            record = json.loads(line)
            if isinstance(record, dict):
                found.append(record)
    return found


def _step(line: str) -> float:
    """A line that was cut off belongs to no step."""
    try:
        return float(json.loads(line)["step"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return float("inf")
