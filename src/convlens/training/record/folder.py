"""Where the parts of a run are."""

import json
import os
import re
import time
import tomllib
from pathlib import Path
from typing import Any

from convlens.ir.errors import UsageError, cut, quoted
from convlens.lang.sentence import Sentence

MAX_BYTES = 1 << 26
"""The largest settings or record that is read."""


class RunFolder:
    """The files of one run by name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.settings = path / "settings.toml"
        self.network = path / "network.txt"
        self.preparation = path / "preparation.json"
        self.record = path / "run.json"
        self.steps = path / "steps.jsonl"
        self.epochs = path / "epochs.jsonl"
        self.test = path / "test.json"
        self.predictions = path / "predictions.safetensors"
        self.mistakes = path / "mistakes.safetensors"
        self.mistake_names = path / "mistakes.json"
        self.checkpoints = path / "checkpoints"
        self.best = path / "checkpoints" / "best.safetensors"
        self.tensorboard = path / "tensorboard"
        self.page = path / "report.html"

    def check_free(self) -> None:
        """Raises `UsageError` where the folder holds a run already, is a file, or cannot have this name.

        Asked before any work is done.
        """
        check_name(self.path)
        if self.record.exists():
            raise UsageError(
                Sentence("{path} holds a run already\n  fix: --resume {path}, or another -o FOLDER", path=str(self.path))
            )
        if self.path.exists() and not self.path.is_dir():
            raise UsageError(Sentence("{path} is a file\n  fix: another -o FOLDER", path=str(self.path)))

    def make(self) -> None:
        """Raises `UsageError` where the folder holds a run already, or cannot be made or written to."""
        self.check_free()
        try:
            self.checkpoints.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                Sentence(
                    "{path} cannot be made: {reason}\n  fix: another -o FOLDER",
                    path=str(self.path), reason=error.strerror or error,
                )
            ) from None  # fmt: skip

    @property
    def done(self) -> bool:
        return self.test.exists()


def check_name(path: Path) -> None:
    """Raises `UsageError` for bytes that are no text: the files of weights cannot be read under such a name."""
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        raise UsageError(Sentence("-o {path} is not a name in UTF-8\n  fix: another name", path=quoted(str(path)))) from None


def new_path(name: str, root: Path = Path("runs")) -> Path:
    """A place that is free: ``runs/lenet5-20260131-154500``."""
    stem = f"{re.sub(r'[^A-Za-z0-9_.-]+', '-', name).strip('-.') or 'run'}-{time.strftime('%Y%m%d-%H%M%S')}"
    path, number = root / stem, 1
    while path.exists():
        number += 1
        path = root / f"{stem}-{number}"
    return path


def run_at(path: str | os.PathLike[str]) -> RunFolder:
    """The run in this folder. Raises `UsageError` where there is none."""
    folder = RunFolder(Path(path))
    if not folder.record.is_file() or not folder.settings.is_file():
        raise UsageError(
            Sentence("{path} holds no run: it has no run.json and settings.toml\n  fix: a folder that train made", path=str(path))
        )
    return folder


def read_json(path: Path) -> Any:
    """Raises `UsageError` where the file is missing, too large or no JSON."""
    return _read(path, json.loads)


def read_toml(path: Path) -> dict[str, Any]:
    """Raises `UsageError` where the file is missing, too large or no TOML."""
    found: dict[str, Any] = _read(path, tomllib.loads)
    return found


def _read(path: Path, parse: Any) -> Any:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(
                Sentence(
                    "{path} has {size} bytes; at most {most} are read",
                    path=str(path), size=path.stat().st_size, most=MAX_BYTES,
                )
            )  # fmt: skip
        return parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        reason = cut(str(getattr(error, "strerror", None) or error))
        raise UsageError(Sentence("{path} cannot be read: {reason}", path=str(path), reason=reason)) from None
