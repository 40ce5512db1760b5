"""One training of a study, in this process or in one of its own: begun, gone on with, or done already."""

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from convlens.studies.halting import HopelessError, Limits
from convlens.training.engine.diverged import DivergedError
from convlens.training.engine.watch import Watch
from convlens.training.recipe import Recipe
from convlens.training.record.files import write_json
from convlens.training.record.folder import RunFolder
from convlens.training.train import train


class _Seen(Watch):
    """Tells how far a training is, and ends it where it has become hopeless."""

    def __init__(self, moved: Callable[[float], None], limits: Limits | None) -> None:
        self.moved = moved
        self.limits = limits
        self.steps = 1

    def begun(self, step: int, steps: int) -> None:
        self.steps = max(steps, 1)

    def stepped(self, step: int, loss: float, rate: float) -> None:
        self.moved(step / self.steps)

    def judged(self, record: Mapping[str, Any]) -> None:
        if self.limits is not None:
            self.limits.check(record)


def train_one(
    recipe: Recipe, path: str, threads: int | None, limits: Limits | None = None, moved: Callable[[float], None] | None = None
) -> str:
    """Train in this folder from where it stands; gives "done", "diverged" or "hopeless".

    Safe to be killed at any moment: what has a run.json goes on from its last checkpoint, what has none begins anew. Code is
    run that the recipe names, never what the folder does.
    Raises `StoppedError` after Ctrl-C, `UsageError` where recipe and data do not fit.
    """
    folder = RunFolder(Path(path))
    if threads is not None:
        torch.set_num_threads(threads)
    watch = _Seen(moved or (lambda share: None), limits)
    _forget_peak()
    try:
        if folder.record.is_file() and folder.settings.is_file():
            train(resume=path, network=recipe.code, watch=watch)
        else:
            train(recipe, out=path, watch=watch, command="study")
    except (DivergedError, HopelessError) as error:
        kind = "diverged" if isinstance(error, DivergedError) else "hopeless"
        write_json(folder.path / "failed.json", {"outcome": kind, "reason": str(error)})
        return kind
    return "done"


def end_with_parent() -> None:
    """In a process that a study started: end at once where the study is killed, or it would meet the one that resumes.

    Ctrl-C reaches it too; it is heard while it trains, and the study sees to the rest.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _forget_peak() -> None:
    """The most memory is counted anew for each training, where the system lets a process do so (Linux)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
