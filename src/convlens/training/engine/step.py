"""One step: forward, loss, backward, and the move of the weights."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from convlens.training.augmentation.build import augmenter_of
from convlens.training.chance import start
from convlens.training.data.order import cuts
from convlens.training.engine.batch_norm import OverProcesses
from convlens.training.engine.blame import broken_gradients, has_unused
from convlens.training.engine.ema import Ema
from convlens.training.engine.feed import Batch, Feed
from convlens.training.engine.job import Job
from convlens.training.losses.build import loss_of
from convlens.training.losses.l1 import l1_of
from convlens.training.optimizers.build import optimizer_of
from convlens.training.schedules.build import schedule_of


class Taken(NamedTuple):
    """Of one step and this process: its share of the mean loss, and how many of its examples were right.

    ``broken`` is true where gradients were not finite, so that the weights were not moved; seen on processors only, where
    a look costs no wait.
    """

    loss: Tensor
    right: Tensor
    norm: Tensor | None = None
    broken: bool = False


class Stepper:
    """The network with all that moves it. ``module`` is the network itself, ``wrapped`` what averages over processes."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.module = job.form.module(job.network.module.to(job.device)).train()
        self.optimizer = optimizer_of(job.settings, self.module)
        self.schedule = schedule_of(job.settings, job.steps, job.per_epoch)
        self.ema = Ema(self.module, job.settings.ema) if job.settings.ema is not None else None
        self.feed = Feed(job.parts.train, job.parts.preparation, job.form, job.device)
        unused = job.world.size > 1 and has_unused(self.module, self.feed.batch(torch.arange(min(2, len(self.feed.examples)))).x)
        self.wrapped = job.world.prepared(self.module, job.device, unused=unused)
        self.together = OverProcesses() if job.settings.sync_batch_norm and job.world.size > 1 else None
        self.counts = torch.bincount(job.parts.train.labels.cpu(), minlength=len(job.parts.classes))
        self.loss = loss_of(job.settings, self.counts.to(job.device))
        kind, classes = job.parts.preparation.kind, len(job.parts.classes)
        self.augment = augmenter_of(job.settings, kind, job.network.input, classes)

    def take(self, step: int, mine: Tensor, whole: Tensor, following: tuple[Tensor, Tensor] | None = None) -> Taken:
        """Step number ``step``, counted from 0, on this process's places ``mine`` of the ``whole`` batch.

        ``following`` are those of the next step, which may be read from files in the meantime.
        """
        rate = self.schedule.rate(step)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group.get("lr_scale", 1.0)
        if isinstance(self.optimizer, torch.optim.LBFGS):
            taken = self._searched(self.optimizer, step, mine, whole)
        else:
            taken = self._gradients(step, mine, whole, following)
            if taken.broken:
                return taken
            self.optimizer.step()
        if self.ema is not None:
            self.ema.update(self.module, step + 1)
        return taken

    def _searched(self, optimizer: torch.optim.LBFGS, step: int, mine: Tensor, whole: Tensor) -> Taken:
        """A step that asks for the loss several times on its way; the first time is at the old weights."""
        held: list[Taken] = []

        def closure() -> float:
            held.append(self._gradients(step, mine, whole))
            return float(self.job.world.summed(held[-1].loss.clone()) + self._penalty().detach())

        optimizer.step(closure)
        return held[0]._replace(broken=False)  # the search has moved the weights

    def _gradients(self, step: int, mine: Tensor, whole: Tensor, following: tuple[Tensor, Tensor] | None = None) -> Taken:
        """Of the mean loss over the whole batch, also where it is computed in pieces and by several processes."""
        self.optimizer.zero_grad(set_to_none=True)
        labels = self.feed.examples.labels
        weight = self.loss.weights(labels[whole.to(labels.device)].to(self.job.device)).sum()
        losses, rights = [], []
        pieces = self._pieces(mine, whole)
        for number, places in enumerate(pieces):
            batch = self._batch(places, step, number, share=float(len(mine) > 0))
            after = pieces[number + 1] if number + 1 < len(pieces) else self._first(following)
            if after is not None:
                self.feed.expect(after)
            with self._quiet(last=number == len(pieces) - 1):
                loss, right = self._backward(batch, weight, first=number == 0)
            losses.append(loss)
            rights.append(right)
        norm, broken = None, self.job.device.type == "cpu" and broken_gradients(self.module)
        if self.job.settings.clip is not None and not broken:
            norm = nn.utils.clip_grad_norm_(self.module.parameters(), self.job.settings.clip)
        return Taken(torch.stack(losses).sum(), torch.stack(rights).sum(), norm, broken)

    def _pieces(self, mine: Tensor, whole: Tensor) -> tuple[Tensor, ...]:
        """The places of each forward of one step, of which every process has as many.

        A process for which nothing is left computes one example that counts for nothing.
        """
        size = self.job.world.size
        pieces = cuts(len(whole) // size, self.job.batch // size, self.job.settings.accumulate)
        return mine.tensor_split(pieces) if len(mine) else (whole[:1],)

    def _first(self, following: tuple[Tensor, Tensor] | None) -> Tensor | None:
        return None if following is None else self._pieces(*following)[0]

    def _batch(self, places: Tensor, step: int, number: int, share: float) -> Batch:
        seed, rank = self.job.settings.seed, self.job.world.rank
        start(self.job.device, seed, "step", step, rank, number)
        return replace(self.feed.batch(places, self.augment, (seed, "augment", step, rank, number)), share=share)

    def _backward(self, batch: Batch, weight: Tensor, *, first: bool) -> tuple[Tensor, Tensor]:
        logits = self._forward(batch)
        loss = self.loss.each(logits.float(), batch.targets).sum() * batch.share / weight
        total = loss * self.job.world.size  # the processes' gradients are averaged, and their losses are to be summed
        if first and self.job.settings.l1:
            total = total + self._penalty()
        total.backward()
        return loss.detach(), (logits.detach().argmax(1) == batch.labels).sum() * int(batch.share)

    def _quiet(self, *, last: bool) -> AbstractContextManager[None]:
        """Gradients are averaged over processes with the last piece only."""
        return self.wrapped.no_sync() if isinstance(self.wrapped, DistributedDataParallel) and not last else nullcontext()

    def _forward(self, batch: Batch) -> Tensor:
        if self.together is not None:
            self.together.share = batch.share
        else:
            self.module.train(batch.share > 0)  # one example that counts for nothing must not move batch statistics
        with self.job.form.autocast(self.job.device), self.together or nullcontext():
            logits: Tensor = self.wrapped(batch.x)
        self.module.train()
        return logits

    def _penalty(self) -> Tensor:
        """What the settings add to the loss for the size of the weights, a scalar."""
        l1 = self.job.settings.l1
        return l1 * l1_of(self.module) if l1 else torch.zeros((), device=self.job.device)
