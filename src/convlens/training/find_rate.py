"""The learning rate before the training: a range test, and short trainings under a few rates."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence
from convlens.training.engine.denormals import denormals_as_zero
from convlens.training.engine.device import device_of
from convlens.training.engine.find_rate import ranged, tried
from convlens.training.engine.job import Job
from convlens.training.engine.joining import joined
from convlens.training.engine.watch import Watch
from convlens.training.engine.world import World
from convlens.training.prepare import job_of
from convlens.training.rates.range_test import RateTest
from convlens.training.rates.trials import Trial, Trials
from convlens.training.recipe import Recipe, chosen_recipe
from convlens.training.record.folder import RunFolder

LEAST, MOST, STEPS = 1e-6, 10.0, 100
SMALLEST, LARGEST = 1e-30, 1e30
"""Rates beyond are no numbers to a network in float32, and their ratio may be none at all."""

MAX_STEPS = 1_000_000
MAX_RATES = 20


def find_rate(
    recipe: str | Recipe, data: str = "", *, least: float = LEAST, most: float = MOST, steps: int = STEPS,
    watch: Watch | None = None, download: bool = False, **settings: Any,
) -> RateTest:  # fmt: skip
    """Train a copy of the network for ``steps`` steps while the rate grows from ``least`` to ``most``, and see the loss.

    Everything else is as `convlens.train` takes it from the recipe and the ``settings``, also under torchrun, where every
    process gets the same answer. Nothing is written. Raises `UsageError` for bounds that are none.
    """
    if not 0 < least < most < float("inf"):
        raise UsageError(
            Sentence(
                "the learning rate cannot grow from {least} to {most}\n  fix: two numbers above 0, the smaller first",
                least=f"{least:g}", most=f"{most:g}",
            )
        )  # fmt: skip
    if least < SMALLEST or most > LARGEST:
        raise UsageError(
            Sentence(
                "the learning rate cannot grow from {least} to {most}\n  fix: numbers from {smallest} to {largest}",
                least=f"{least:g}", most=f"{most:g}", smallest=f"{SMALLEST:g}", largest=f"{LARGEST:g}",
            )
        )  # fmt: skip
    _check_steps(steps)
    with joined() as world, denormals_as_zero():
        watch = watch if watch is not None and world.first else Watch()
        job = _job(recipe, data, settings, world, watch, download=download)
        losses = _shown(watch, steps, lambda seen: ranged(job, least, most, steps, seen))
        rates = [least * (most / least) ** (at / max(steps - 1, 1)) for at in range(len(losses))]
        return RateTest(job.network.name, job.parts.name, job.batch, steps, tuple(rates), tuple(losses), world.size)


def try_rates(
    recipe: str | Recipe, data: str = "", *, rates: Sequence[float] = (0.1, 0.01, 0.001), steps: int = STEPS,
    watch: Watch | None = None, download: bool = False, **settings: Any,
) -> Trials:  # fmt: skip
    """Train ``steps`` steps under each of a few fixed rates, from the same start on the same batches. Nothing is written."""
    if not 1 <= len(rates) <= MAX_RATES or not all(0 < rate < float("inf") for rate in rates):
        raise UsageError(
            Sentence(
                "the rates to try are {rates}\n  fix: 1 to {most} numbers above 0, such as 0.1,0.01,0.001",
                rates=str(list(rates)), most=MAX_RATES,
            )
        )  # fmt: skip
    _check_steps(steps)
    with joined() as world, denormals_as_zero():
        watch = watch if watch is not None and world.first else Watch()
        job = _job(recipe, data, settings, world, watch, download=download)
        found = [
            Trial(rate, tuple(_shown(watch, steps, lambda seen, rate=rate: tried(job, rate, steps, seen)))) for rate in rates
        ]
        return Trials(job.network.name, job.parts.name, job.batch, steps, tuple(found), world.size)


def _check_steps(steps: int) -> None:
    if not 2 <= steps <= MAX_STEPS:
        raise UsageError(Sentence("{steps} steps\n  fix: 2 to {most}", steps=steps, most=MAX_STEPS))


def _job(recipe: str | Recipe, data: str, settings: dict[str, Any], world: World, watch: Watch, *, download: bool) -> Job:
    chosen = world.tried(lambda: chosen_recipe(recipe, data, settings))
    device = world.tried(lambda: device_of(chosen.settings.device))
    return job_of(chosen, RunFolder(Path()), world, device, watch, download=download)


def _shown(watch: Watch, steps: int, work: Any) -> list[float]:
    watch.begun(0, steps)
    try:
        found: list[float] = work(lambda step, loss: watch.stepped(step, loss, 0.0))
        return found
    finally:
        watch.ended()
