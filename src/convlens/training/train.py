"""The verb ``train``: train a network well, and keep a record of how."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from convlens.ir.errors import ConvlensError, UsageError
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.training.engine.device import device_of
from convlens.training.engine.job import Job
from convlens.training.engine.loop import Loop
from convlens.training.engine.stop import listening
from convlens.training.engine.watch import Watch
from convlens.training.engine.world import World, joined
from convlens.training.finish import finish
from convlens.training.plan import plan
from convlens.training.prepare import job_of
from convlens.training.recipe import Recipe, recipe_of, run_recipe
from convlens.training.record.checkpoint import Checkpoint, last
from convlens.training.record.folder import RunFolder, new_path, read_json, read_toml, run_at
from convlens.training.run import Run
from convlens.training.start import unfinished, write_start


class StoppedError(ConvlensError):
    """The training was asked to stop; it can go on."""

    exit_code = 130


def train(
    recipe: str | Recipe = "", data: str = "", *, out: str | os.PathLike[str] = "", resume: str | os.PathLike[str] = "",
    watch: Watch | None = None, download: bool = False, command: str = "", **settings: Any,
) -> Run:  # fmt: skip
    """Train ``recipe`` on ``data``, and give the record of the run.

    ``recipe`` is the name of one that comes with convlens, a .toml file, or any network: its name, a text form,
    ``file.py:factory`` (which runs that code). ``data`` is the name of a data set (``fashion-mnist``), ``name:path``, or a
    path. ``settings`` are those of `convlens.training.settings.settings.Settings`. The run is a folder, ``out`` or a new one
    under ``runs``; ``resume`` is a folder whose training goes on exactly where its last checkpoint stands.

    Under torchrun all its processes train together. Raises `UsageError` where something is not understood or not there,
    `StoppedError` after Ctrl-C, when all is saved, `ConvlensError` where the loss is no number any more or the disk is full.
    """
    _check(recipe, data, resume, settings)
    watch = watch or Watch()
    with joined(_device(resume, settings)) as world:
        watch = watch if world.first else Watch()
        device = _device(resume, settings)
        place = Path(resume) if resume else _restarted(out, command, world)
        if place is not None:
            return _resumed(place, world, device, watch)
        return _begun(_recipe(recipe, data, settings), out, command, world, device, watch, download=download)


def planned(recipe: str | Recipe, data: str = "", *, watch: Watch, download: bool = False, **settings: Any) -> Job:
    """What `train` would do, said to ``watch``; nothing is trained and nothing written."""
    _check(recipe, data, "", settings)
    chosen = _recipe(recipe, data, settings)
    job = job_of(chosen, RunFolder(Path()), World(), _device("", settings), watch, download=download)
    for each in plan(job):
        watch.said(each)
    return job


def _check(recipe: str | Recipe, data: str, resume: object, settings: dict[str, Any]) -> None:
    given = recipe or data or next(iter(settings), "")
    if resume and given:
        raise UsageError(f"--resume goes on exactly as the run began, so {given!s} cannot be changed\n  fix: leave it out")
    if not resume and not recipe:
        raise UsageError("nothing to train\n  fix: a recipe such as lenet5, or --resume RUN")


def _device(resume: str | os.PathLike[str], settings: dict[str, Any]) -> torch.device:
    wanted = read_toml(run_at(resume).settings).get("device", "auto") if resume else settings.get("device", "auto")
    return device_of(str(wanted))


def _recipe(recipe: str | Recipe, data: str, settings: dict[str, Any]) -> Recipe:
    found = recipe if isinstance(recipe, Recipe) else recipe_of(recipe)
    return replace(found, data=data or found.data).with_values(settings)


def _begun(
    recipe: Recipe, out: str | os.PathLike[str], command: str, world: World, device: torch.device, watch: Watch,
    *, download: bool,
) -> Run:  # fmt: skip
    folder = RunFolder(Path(world.told(str(out or new_path(recipe.name)))))
    job = job_of(recipe, folder, world, device, watch, download=download)
    for each in plan(job):
        watch.said(each)
    if world.first:
        folder.make()
        write_start(job, recipe, command)
    return _trained(job, watch, None)


def _resumed(place: Path, world: World, device: torch.device, watch: Watch) -> Run:
    folder = run_at(place)
    if folder.done:
        watch.said(remark(marked("{run} is done already"), run=str(place)))
        return Run(place)
    recipe, record = run_recipe(folder), read_json(folder.record)
    job = job_of(recipe, folder, world, device, watch, fixed=record["measured"])
    if job.parts.fingerprint != record["fingerprint"]:
        raise UsageError(f"{recipe.data} is not what {place} was trained on: its fingerprint has changed\n  fix: a new run")
    checkpoint = world.told(last(folder.checkpoints) if world.first else None)
    at = checkpoint.step if checkpoint else 0
    watch.said(remark(marked("going on from step {step} of {steps}"), step=at, steps=job.steps))
    return _trained(job, watch, checkpoint)


def _restarted(out: str | os.PathLike[str], command: str, world: World) -> Path | None:
    """The folder of the run that torchrun starts again after a process was lost; None at a first start."""
    if os.environ.get("TORCHELASTIC_RESTART_COUNT", "0") == "0":
        return None
    return Path(found) if (found := world.told(unfinished(out, command) if world.first else None)) else None


def _trained(job: Job, watch: Watch, checkpoint: Checkpoint | None) -> Run:
    with listening() as stop:
        loop = Loop(job, watch, stop)
        if checkpoint is not None:
            loop.restore(checkpoint, str(job.folder.checkpoints))
        if not loop.run():
            raise StoppedError(
                f"stopped after step {loop.step} of {job.steps}; all is saved\n"
                f"  fix: convlens train --resume {job.folder.path} goes on"
            )
    if job.world.first:
        finish(loop)
    return Run(job.folder.path)
