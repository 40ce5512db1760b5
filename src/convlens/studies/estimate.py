"""How long a study will take, from a few steps of its baseline."""

import time
from pathlib import Path
from typing import NamedTuple

import torch

from convlens.ir.errors import ConvlensError
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.lang.sentence import Sentence
from convlens.studies.plan import Plan
from convlens.studies.vary import NETWORK
from convlens.training.data.order import Order, batches
from convlens.training.engine.device import device_of
from convlens.training.engine.job import Job, lengths
from convlens.training.engine.step import Stepper
from convlens.training.engine.watch import Watch
from convlens.training.engine.world import World
from convlens.training.models.network import network_of
from convlens.training.optimizers.build import optimizer_of
from convlens.training.prepare import fields_of, job_of
from convlens.training.record.folder import RunFolder

STEPS = 6
"""The first is left out: it makes what later ones find."""

FORWARD = 1 / 3
"""Judging an example costs about so much of training on it: the two gradients are not computed."""

ABOUT = marked("{count} trainings: about {time}, {low} to {high}, by {steps} steps of the baseline; "
               "settings that change the cost of a step are not in this")  # fmt: skip


class Estimate(NamedTuple):
    """Seconds for all that is left; ``low`` and ``high`` by the quickest and the slowest step that was seen."""

    trainings: int
    steps: int
    seconds: float
    low: float
    high: float

    def remark(self) -> Remark:
        low, middle, high = (spoken(each) for each in (self.low, self.seconds, self.high))
        return remark(ABOUT, count=self.trainings, time=middle, low=low, high=high, steps=self.steps)


def spoken(seconds: float) -> str:
    """
    >>> spoken(0.4), spoken(42), spoken(600), spoken(9000)
    ('1 s', '42 s', '10 min', '2.5 h')
    """
    if seconds < 100:
        return f"{max(round(seconds), 1)} s"
    return f"{seconds / 60:.0f} min" if seconds < 100 * 60 else f"{seconds / 3600:.1f} h"


def estimate(plan: Plan, waiting: int, jobs: int = 1) -> Estimate:
    """Measure, having checked that every variant can be built on these data.

    Raises what `train` would raise: `UsageError` or `ShapeError`, said with the variant whose fault it is.
    """
    recipe, watch = plan.baseline, Watch()
    begun = time.perf_counter()
    job = job_of(recipe, RunFolder(Path()), World(), device_of(recipe.settings.device), watch)
    ready = time.perf_counter() - begun  # every training reads the data anew
    _check(plan, job)
    times = _steps(job, one_thread=jobs > 1)
    total = sum(_cost(plan, number, job) for number in range(len(plan.variants))) * len(plan.seeds)
    share = waiting / len(plan.trials) / jobs
    low, middle, high = min(times), sorted(times)[len(times) // 2], max(times)
    return Estimate(waiting, len(times), *(share * (total * each + len(plan.trials) * ready) for each in (middle, low, high)))


def _check(plan: Plan, job: Job) -> None:
    for variant in plan.variants:
        recipe = variant.recipe(plan.baseline, plan.seeds[0])
        try:
            optimizer_of(recipe.settings, network_of(recipe.network, fields_of(job.parts), recipe.settings).module)
        except ConvlensError as error:
            if not variant.values:
                raise
            raise type(error)(Sentence("{variant}: {reason}", variant=variant.label, reason=error)) from None


def _steps(job: Job, *, one_thread: bool) -> list[float]:
    """Seconds for one example in each of a few steps; several trainings at a time have one thread each."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1 if one_thread else threads)
    try:
        return _timed_steps(job)
    finally:
        torch.set_num_threads(threads)


def _timed_steps(job: Job) -> list[float]:
    with torch.random.fork_rng(devices=[]):
        stepper = Stepper(job)
        places = Order(job.parts.train.labels.cpu(), job.settings, job.settings.seed).epoch(0)
        found = []
        for step, (mine, whole) in zip(range(STEPS), batches(places, job.batch, 0, 1), strict=False):
            begun = time.perf_counter()
            stepper.take(step, mine, whole)
            found.append((time.perf_counter() - begun) / len(mine))
    return found[1:] or found


def _cost(plan: Plan, number: int, job: Job) -> float:
    """Examples that one training of this variant computes, forward and backward; of another network by its arithmetic."""
    variant = plan.variants[number]
    settings = variant.recipe(plan.baseline, plan.seeds[0]).settings
    examples = min(
        settings.limit or len(job.parts.train), len(job.parts.train) if plan.baseline.settings.limit is None else 10**9
    )
    batch = min(settings.batch, examples) if isinstance(settings.batch, int) else job.batch
    per_epoch, steps = lengths(settings, batch * settings.accumulate, examples)
    epochs = steps / per_epoch
    judged = epochs * len(job.parts.validation) + len(job.parts.test)
    return (epochs * examples + FORWARD * judged) * _weight(plan, number, job)


def _weight(plan: Plan, number: int, job: Job) -> float:
    """Multiply-accumulates of this variant's network over those of the baseline's."""
    from convlens.passes.facts import facts  # noqa: PLC0415 - only where networks differ

    variant = plan.variants[number]
    if NETWORK not in variant.values:
        return 1.0
    recipe = variant.recipe(plan.baseline, plan.seeds[0])
    graphs = (network_of(recipe.network, fields_of(job.parts), recipe.settings).graph, job.network.graph)
    mine, own = (sum(each.macs or 0 for each in facts(graph).nodes.values()) for graph in graphs)
    return mine / own if mine and own else 1.0
