"""Short trainings that only measure: the loss under a growing rate, and under a few fixed ones."""

import math
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace

import torch
from torch import Tensor

from convlens.training.data.order import Order, batches
from convlens.training.engine.job import Job
from convlens.training.engine.step import Stepper
from convlens.training.schedules.build import Schedule

DIVERGED = 4.0
"""A range test ends where the smoothed loss is this many times its least."""

MEMORY = 0.9
"""Share of the past in the smoothed loss by which a range test decides to end."""


def ranged(job: Job, least: float, most: float, steps: int, seen: Callable[[int, float], None]) -> list[float]:
    """The loss of each step while the rate grows from ``least`` to ``most`` by equal factors; fewer where it diverges.

    Leslie Smith, arXiv:1506.01186, section 3.3. Losses are those of whole batches over all processes, so that all of them
    end after the same step. The network of ``job`` stays as it is.
    """
    grown = Schedule(least, steps, lambda at: (most / least) ** (at / max(steps - 1, 1)))
    losses: list[float] = []
    mean, best = 0.0, math.inf
    for loss in _losses(job, grown, steps):
        if not math.isfinite(loss):
            break
        losses.append(loss)
        seen(len(losses), loss)
        mean = MEMORY * mean + (1 - MEMORY) * loss
        smooth = mean / (1 - MEMORY ** len(losses))
        best = min(best, smooth)
        if smooth > DIVERGED * best:
            break
    return losses


def tried(job: Job, rate: float, steps: int, seen: Callable[[int, float], None]) -> list[float]:
    """The loss of each step under one fixed rate; fewer where it is no finite number any more."""
    losses: list[float] = []
    for loss in _losses(job, Schedule(rate, steps, lambda _at: 1.0), steps):
        if not math.isfinite(loss):
            break
        losses.append(loss)
        seen(len(losses), loss)
    return losses


def _losses(job: Job, schedule: Schedule, steps: int) -> Iterator[float]:
    """Of every step, on a copy of the network: the same start and the same batches each time that it is called."""
    stepper = Stepper(replace(job, network=replace(job.network, module=deepcopy(job.network.module))))
    stepper.schedule = schedule
    for step, (mine, whole) in zip(range(steps), _batches(job), strict=False):
        taken = stepper.take(step, mine, whole)
        values = torch.stack([taken.loss, taken.loss.new_tensor(float(taken.broken))])
        loss, broken = job.world.summed(values).tolist()
        yield math.nan if broken else loss


def _batches(job: Job) -> Iterator[tuple[Tensor, Tensor]]:
    order, epoch = Order(job.parts.train.labels.cpu(), job.settings, job.settings.seed), 0
    while True:
        yield from batches(order.epoch(epoch), job.batch, job.world.rank, job.world.size)
        epoch += 1
