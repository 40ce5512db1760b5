"""A run that goes on: what its folder says, and whether it still is what was begun."""

import platform
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from convlens.importers.model import runs_user_code
from convlens.ir.errors import UsageError
from convlens.ir.text import format as text_form
from convlens.lang.sentence import Sentence
from convlens.training.engine.job import Job
from convlens.training.recipe import Recipe, chosen_recipe, run_recipe
from convlens.training.record.checkpoint import Checkpoint, last
from convlens.training.record.folder import read_json, run_at
from convlens.training.record.going_on import resume_command


@dataclass(frozen=True)
class Found:
    """A run as its folder has it. ``broken`` are newer checkpoints than ``checkpoint`` that cannot be read."""

    path: Path
    done: bool
    recipe: Recipe
    measured: dict[str, Any]
    fingerprint: str
    network: str
    checkpoint: Checkpoint | None = None
    broken: tuple[Path, ...] = ()

    def check(self, job: Job) -> None:
        """Raises `UsageError` where data, network or settings are not those that the run began with."""
        if job.parts.fingerprint != self.fingerprint:
            raise UsageError(
                Sentence(
                    "{data} is not what {run} was trained on: its fingerprint has changed\n  fix: a new run",
                    data=self.recipe.data, run=str(self.path),
                )
            )  # fmt: skip
        if self.network and job.network.text and text_form(job.network.graph) != self.network:
            raise UsageError(
                Sentence(
                    "the network {network} is not the one that {run} began with, which its network.txt holds\n"
                    "  fix: put it back, or a new run",
                    network=self.recipe.network, run=str(self.path),
                )
            )  # fmt: skip
        if self.checkpoint is not None:
            before = self.checkpoint.facts.get("settings")
            self._check_settings(before if isinstance(before, dict) else {}, job.settings.to_dict())

    def _check_settings(self, before: dict[str, Any], now: dict[str, Any]) -> None:
        name = next((name for name in sorted({*before, *now}) if before and before.get(name) != now.get(name)), None)
        if name is not None:
            raise UsageError(
                Sentence(
                    "{run}: {name} is {now} in settings.toml, and was {before} when the last checkpoint was written; "
                    "a run goes on as it began\n  fix: put it back, or a new run",
                    run=str(self.path), name=name, now=str(now.get(name)), before=str(before.get(name)),
                )
            )  # fmt: skip


def found_at(path: Path, code: str = "") -> Found:
    """``code`` is the network where that is code of the user's own; nothing of it is run yet.

    Raises `UsageError` where there is no run, its files cannot be read, or code is not named that it would run;
    `ConvlensError` where no checkpoint can be read.
    """
    folder = run_at(path)
    recipe, record = chosen_recipe(run_recipe(folder), "", {}), read_json(folder.record)
    try:
        measured, fingerprint = dict(record["measured"]), str(record["fingerprint"])
        checked = {"precision": str(measured["precision"]), "layout": str(measured["layout"]), "batch": int(measured["batch"])}
    except (ArithmeticError, LookupError, TypeError, ValueError):
        raise UsageError(Sentence("{path} does not say how the run began\n  fix: a new run", path=str(folder.record))) from None
    if folder.done:
        return Found(path, True, recipe, checked, fingerprint, "")
    recipe = _with_code(recipe, code, path)
    checkpoint, broken = last(folder.checkpoints)
    network = folder.network.read_text(encoding="utf-8", errors="replace") if folder.network.is_file() else ""
    return Found(path, False, recipe, checked, fingerprint, network, checkpoint, tuple(broken))


def _with_code(recipe: Recipe, code: str, run: Path) -> Recipe:
    """With the code that the user names in the place of the folder's own: a folder from somebody must not choose what runs."""
    if not recipe.code and code:
        raise UsageError(
            Sentence(
                "the network of {run} is {own}, which is no code of your own\n  fix: leave --network {network} out",
                run=str(run), own=recipe.network, network=code,
            )
        )  # fmt: skip
    if recipe.code and not code:
        raise UsageError(
            Sentence(
                "the network of {run} is code of your own, which is run only where you name it\n  fix: {command}",
                run=str(run), command=resume_command(run, recipe.network),
            )
        )  # fmt: skip
    if code and not runs_user_code(code):
        raise UsageError(Sentence("--network {network} is not package.module:factory or file.py:factory", network=code))
    return replace(recipe, network=code) if code else recipe


def check_owner(place: str | None, owners: list[str]) -> str | None:
    """The place, asked of the first process. ``owners`` are, for each process, its machine where that holds the run, else "".

    Raises `UsageError` where only other machines than the first process's hold it, whose training would begin anew.
    """
    other = next((name for name in owners if name), "")
    if other and not owners[0]:
        raise UsageError(
            Sentence(
                "the run lies on {other}, and process 0, which reads and writes it, is on {own}\n"
                "  fix: copy the run's folder to {own}, or a disk that both share",
                other=other, own=platform.node(),
            )
        )  # fmt: skip
    return place
