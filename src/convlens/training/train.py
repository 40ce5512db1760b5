"""The verb ``train``: train a network well, and keep a record of how."""

import os
import platform
from pathlib import Path
from typing import Any

from convlens.ir.errors import ConvlensError, UsageError
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.lang.sentence import Sentence
from convlens.training.engine.denormals import denormals_as_zero
from convlens.training.engine.device import device_of
from convlens.training.engine.job import Job
from convlens.training.engine.joining import joined
from convlens.training.engine.loop import Loop
from convlens.training.engine.stop import listening
from convlens.training.engine.watch import Watch
from convlens.training.engine.world import PeerError, World
from convlens.training.finish import finish
from convlens.training.plan import plan
from convlens.training.prepare import job_of
from convlens.training.recipe import Recipe, chosen_recipe, recipe_of
from convlens.training.record.board import need_tensorboard
from convlens.training.record.checkpoint import Checkpoint
from convlens.training.record.folder import RunFolder, new_path
from convlens.training.record.going_on import resume_command
from convlens.training.resume import check_owner, found_at
from convlens.training.run import Run
from convlens.training.start import begun, write_start


class StoppedError(ConvlensError):
    """The training was asked to stop; it can go on."""

    exit_code = 130
    spoken = marked("stopped {text}")


def train(
    recipe: str | Recipe = "", data: str = "", *, out: str | os.PathLike[str] = "", resume: str | os.PathLike[str] = "",
    network: str = "", watch: Watch | None = None, download: bool = False, command: str = "", tensorboard: bool = False,
    **settings: Any,
) -> Run:  # fmt: skip
    """Train ``recipe`` on ``data``, and give the record of the run.

    ``recipe`` is the name of one that comes with convlens, a .toml file, or any network: its name, a text form,
    ``file.py:factory`` (which runs that code). ``data`` is the name of a data set (``fashion-mnist``), ``name:path``, or a
    path. ``settings`` are those of `convlens.training.settings.settings.Settings`. The run is a folder, ``out`` or a new one
    under ``runs``; ``resume`` is a folder whose training goes on exactly where its last checkpoint stands. ``network`` goes
    with it where the run's network is code of your own, ``file.py:factory``, which is run only where you name it.

    ``tensorboard`` writes TensorBoard's files too. Under torchrun all its processes train together.

    Raises `UsageError` where something is not understood or not there,
    `StoppedError` after Ctrl-C, when all is saved, `ConvlensError` where the loss is no number any more or the disk is full.
    """
    check_code(network, resume)
    _check(recipe, data, resume, settings, out)
    watch = watch or Watch()
    with joined() as world, denormals_as_zero():
        watch = watch if world.first else Watch()
        place = str(resume) if resume else _restarted(out, command)
        owners = world.gathered(platform.node() if place and RunFolder(Path(place)).record.is_file() else "")
        place = world.from_first(lambda: check_owner(place, owners))
        if place:
            code = network if resume else world.tried(lambda: _code_of(recipe))
            return _resumed(Path(place), code, world, watch, tensorboard=tensorboard)
        chosen = world.tried(lambda: chosen_recipe(recipe, data, settings))
        return _begun(chosen, out, command, world, watch, download=download, tensorboard=tensorboard)


def planned(recipe: str | Recipe, data: str = "", *, watch: Watch, download: bool = False, **settings: Any) -> Job:
    """What `train` would do, said to ``watch``; nothing is trained and nothing written."""
    _check(recipe, data, "", settings)
    chosen = chosen_recipe(recipe, data, settings)
    job = job_of(chosen, RunFolder(Path()), World(), device_of(chosen.settings.device), watch, download=download)
    for each in plan(job):
        watch.said(each)
    return job


def check_code(network: str, resume: object) -> None:
    """Raises `UsageError` where code is named beside a recipe, whose network it would not be."""
    if network and not resume:
        raise UsageError(
            Sentence("--network {network} names the code of a run that goes on\n  fix: {network} as RECIPE, or --resume RUN",
                     network=network)
        )  # fmt: skip


def _check(recipe: str | Recipe, data: str, resume: object, settings: dict[str, Any], out: object = "") -> None:
    given = recipe or data or out or next(iter(settings), "")
    if resume and given:
        raise UsageError(
            Sentence(
                "--resume goes on exactly as the run began, so {given} cannot be changed\n  fix: leave it out", given=str(given)
            )
        )
    if not resume and not recipe:
        raise UsageError(Sentence("nothing to train\n  fix: a recipe such as lenet5, or --resume RUN"))


def _begun(
    recipe: Recipe, out: str | os.PathLike[str], command: str, world: World, watch: Watch, *, download: bool, tensorboard: bool
) -> Run:
    device = world.tried(lambda: device_of(recipe.settings.device))
    folder = RunFolder(Path(world.from_first(lambda: str(out or new_path(recipe.name)))))
    world.from_first(folder.check_free)
    if tensorboard:
        world.from_first(need_tensorboard)
    job = job_of(recipe, folder, world, device, watch, download=download)
    for each in plan(job):
        watch.said(each)
    world.from_first(lambda: _started(job, recipe, command, tensorboard=tensorboard))
    return _trained(job, recipe, watch, None)


def _started(job: Job, recipe: Recipe, command: str, *, tensorboard: bool) -> None:
    job.folder.make()
    if tensorboard:
        _with_board(job.folder)
    write_start(job, recipe, command)


def _with_board(folder: RunFolder) -> None:
    need_tensorboard()
    folder.tensorboard.mkdir(exist_ok=True)


def _resumed(place: Path, code: str, world: World, watch: Watch, *, tensorboard: bool) -> Run:
    """The first process reads the run and tells the others, on whose machines its folder need not be."""
    folder = RunFolder(place)
    found = world.from_first(lambda: found_at(place, code))
    if found.done:
        watch.said(remark(marked("{run} is done already"), run=str(place)))
        return Run(place, here=world.first)
    device = world.tried(lambda: device_of(found.recipe.settings.device))
    job = job_of(found.recipe, folder, world, device, watch, fixed=found.measured)
    world.from_first(lambda: found.check(job))
    for path in found.broken:
        watch.said(remark(marked("{path} cannot be read: the checkpoint before it is taken"), path=str(path)))
    if tensorboard:
        world.from_first(lambda: _with_board(folder))
    at = found.checkpoint.step if found.checkpoint else 0
    watch.said(remark(marked("going on from step {step} of {steps}"), step=at, steps=job.steps))
    return _trained(job, found.recipe, watch, found.checkpoint)


def _restarted(out: str | os.PathLike[str], command: str) -> str | None:
    """The folder of the run that torchrun starts again after a process was lost; None at a first start."""
    return None if os.environ.get("TORCHELASTIC_RESTART_COUNT", "0") == "0" else begun(out, command)


def _code_of(recipe: str | Recipe) -> str:
    """The code that the command itself names, with which torchrun starts the run again."""
    return (recipe if isinstance(recipe, Recipe) else recipe_of(recipe)).code


def _trained(job: Job, recipe: Recipe, watch: Watch, checkpoint: Checkpoint | None) -> Run:
    with listening() as stop:
        loop = Loop(job, watch, stop)
        world = job.world
        world.tried(lambda: loop.restore(checkpoint, str(job.folder.path)))
        if not loop.run():
            raise _stopped(loop, recipe.network) if world.first else PeerError("stopped", StoppedError.exit_code)
    if world.first:
        finish(loop)
    return Run(job.folder.path, here=world.first)


def _stopped(loop: Loop, network: str) -> StoppedError:
    return StoppedError(
        Sentence(
            "after step {step} of {steps}; all is saved\n  to go on: {command}",
            step=loop.step, steps=loop.job.steps, command=resume_command(loop.job.folder.path, network),
        )
    )  # fmt: skip
