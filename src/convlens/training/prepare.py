"""From a recipe to a training that can start: data read, network fitted, machine chosen."""

import platform
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch

from convlens.arith.units import short
from convlens.ir.errors import UsageError
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.lang.sentence import Sentence
from convlens.training.augmentation.build import augmenter_of
from convlens.training.data.load import load
from convlens.training.data.parts import Parts
from convlens.training.engine.batch_size import measured_batch
from convlens.training.engine.feed import Feed
from convlens.training.engine.form import Form, fastest, forms_of
from convlens.training.engine.job import Job, lengths
from convlens.training.engine.memory import keep_freed_memory
from convlens.training.engine.watch import Watch
from convlens.training.engine.world import World
from convlens.training.models.fields import Fields
from convlens.training.models.network import Network, network_of, wanted_shape
from convlens.training.optimizers.build import WHOLE
from convlens.training.plan import plan_of
from convlens.training.preparation.text import TextPreparation
from convlens.training.recipe import Recipe
from convlens.training.record.folder import RunFolder
from convlens.training.remarks import remarks_of
from convlens.training.settings.settings import Settings

EPOCH_STEPS, SMALL = 20, 8
"""Of data that are not the recipe's own an epoch has about so many steps at least, but a batch so many examples."""


def job_of(
    recipe: Recipe, folder: RunFolder, world: World, device: torch.device, watch: Watch,
    *, fixed: dict[str, Any] | None = None, download: bool = False,
) -> Job:  # fmt: skip
    """Everything that a training needs. ``fixed`` is what a run that goes on has measured before: form and batch.

    Raises `UsageError` where data or network cannot be had, `ShapeError` where they do not fit each other.
    """
    if device.type == "cpu":
        keep_freed_memory()
    parts, network = world.tried(lambda: _read(recipe, download=download))
    for each in (*remarks_of(parts, network, recipe.settings), *plan_of(parts, network)):
        watch.said(each)
    form, batch = measured(recipe, parts, network, world, device, watch, fixed or {})
    settings = _settled(recipe.settings, form, batch)
    steps = lengths(settings, batch, len(parts.train))
    job = Job(settings, parts, network, folder, world, device, form, batch, *steps)
    world.tried(lambda: _agree(job, world.gathered(_told(job))))
    return job


def _read(recipe: Recipe, *, download: bool) -> tuple[Parts, Network]:
    """Data and network, as every process reads them from its own disk."""
    settings = recipe.settings
    if settings.threads is not None:
        torch.set_num_threads(settings.threads)
    parts = load(recipe.data, settings, _shape(recipe), download=download)
    _check(parts)
    network = network_of(recipe.network, fields_of(parts), settings)
    augmenter_of(settings, parts.preparation.kind, network.input, len(parts.classes))  # said now, if it does not fit
    return (parts if network.any_length else _of_one_length(parts)), network


def _of_one_length(parts: Parts) -> Parts:
    """Texts whose batches are not shortened, for a network that reads so many words and no other number."""
    preparation = parts.preparation
    return replace(parts, preparation=preparation.fixed()) if isinstance(preparation, TextPreparation) else parts


def _settled(settings: Settings, form: Form, batch: int) -> Settings:
    """With what was measured in the place of what was left open, so that the same settings train the same again."""
    size = settings.batch if settings.batch == "full" else -(-batch // settings.accumulate)
    return replace(settings, precision=form.precision, layout=form.layout, batch=size)


def _told(job: Job) -> dict[str, Any]:
    """What must be the same in all processes, since each takes its slices of the same batches."""
    shapes = [tuple(weight.shape) for weight in job.network.module.parameters()]
    return {
        Sentence("data"): job.parts.fingerprint, Sentence("settings"): job.settings, Sentence("steps"): job.steps,
        Sentence("network"): shapes,
    }  # fmt: skip


def _agree(job: Job, told: list[dict[str, Any]]) -> None:
    own = told[job.world.rank]
    differing = next((name for name in own if own[name] != told[0][name]), None)
    if differing is not None:
        raise UsageError(
            Sentence(
                "process {rank} on {machine} has other {differing} than process 0\n"
                "  fix: the same data, network and command on every machine",
                rank=job.world.rank, machine=platform.node(), differing=differing,
            )
        )  # fmt: skip


def fields_of(parts: Parts) -> Fields:
    """What these data ask of a network."""
    preparation = parts.preparation
    words = int(getattr(preparation, "words", 0))
    return Fields(preparation.kind, preparation.shape, preparation.dtype, len(parts.classes), words)


def _shape(recipe: Recipe) -> tuple[int, ...] | None:
    return wanted_shape(recipe.network)


def _check(parts: Parts) -> None:
    if len(parts.classes) < 2:
        raise UsageError(
            Sentence("{data} has {count} class; a classifier needs at least two", data=parts.name, count=len(parts.classes))
        )
    if not len(parts.train):
        raise UsageError(Sentence("{data} has no training examples", data=parts.name))


def measured(
    recipe: Recipe, parts: Parts, network: Network, world: World, device: torch.device, watch: Watch, fixed: dict[str, Any]
) -> tuple[Form, int]:
    """The form of the numbers and the batch: as before where a run goes on, else tried by the first process."""
    if not fixed:
        fixed = world.from_first(lambda: _measured(recipe, parts, network, device, watch))
    return Form(fixed["precision"], fixed["layout"]), int(fixed["batch"])


def _measured(recipe: Recipe, parts: Parts, network: Network, device: torch.device, watch: Watch) -> dict[str, Any]:
    form, batch = _tried(recipe, network, Feed(parts.train, parts.preparation, Form(), device), watch)
    return {"precision": form.precision, "layout": form.layout, "batch": batch}


def _tried(recipe: Recipe, network: Network, feed: Feed, watch: Watch) -> tuple[Form, int]:
    settings, classes = recipe.settings, len(feed.examples.labels.unique())
    forms = forms_of(settings.precision, settings.layout, len(network.input) + 1)
    module = network.module.to(feed.device)
    count = min(64, len(feed.examples))
    form, seconds = fastest(forms, module, feed.batch(torch.arange(count)).x, classes)
    if seconds and form != forms[0]:
        times = round(seconds[forms[0]] / seconds[form], 1)
        watch.said(_faster(form, times))
    if settings.batch == "full":
        return form, len(feed.examples)
    if settings.batch != "auto":
        return form, _batch(recipe, len(feed.examples), watch)
    batch, speeds = measured_batch(module, feed, form, classes)
    watch.said(_batch_remark(batch, speeds))
    return form, min(batch * settings.accumulate, len(feed.examples))


def _batch(recipe: Recipe, examples: int, watch: Watch) -> int:
    return min(fitted_batch(recipe, examples, watch.said) * recipe.settings.accumulate, examples)


def fitted_batch(recipe: Recipe, examples: int, hear: Callable[[Remark], None]) -> int:
    """The batch of the settings; that of a recipe for other data is made smaller, and said, where an epoch had few steps."""
    wanted = int(recipe.settings.batch)
    fitting = max(SMALL, 1 << max(0, (examples // EPOCH_STEPS).bit_length() - 1))
    smaller = recipe.open_batch and recipe.settings.optimizer not in WHOLE and fitting < min(wanted, examples)
    if not smaller:
        return wanted
    hear(
        remark(marked("batch {batch} instead of {wanted}, so that {examples} examples make at least {steps} steps an epoch"),
               batch=fitting, wanted=wanted, examples=examples, steps=-(-examples // fitting))
    )  # fmt: skip
    return fitting


def _faster(form: Form, times: float) -> Remark:
    return remark(
        marked("computing in {precision}, {layout}: {times} times as fast as float32, channels-first in a trial of a few steps"),
        precision=form.precision, layout=form.layout, times=times,
    )  # fmt: skip


def _batch_remark(batch: int, speeds: dict[int, float]) -> Remark:
    shown = ", ".join(f"{size}: {short(round(speed))}" for size, speed in speeds.items())
    return remark(marked("batch {batch}, by examples a second ({speeds})"), batch=batch, speeds=shown)
