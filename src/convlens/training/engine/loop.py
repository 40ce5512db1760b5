"""The loop: steps, epochs, what is written down, and when it ends."""

import math
import time
from contextlib import nullcontext
from typing import Any

from torch import Tensor

from convlens.ir.errors import UsageError, cut
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.lang.sentence import Sentence
from convlens.training.data.order import Order, batches
from convlens.training.engine.diverged import blamed, spoilt
from convlens.training.engine.feed import Feed
from convlens.training.engine.job import Job
from convlens.training.engine.judge import Judged, judge
from convlens.training.engine.step import Stepper
from convlens.training.engine.stop import Stop
from convlens.training.engine.tally import Tally, Waiting, peak_bytes
from convlens.training.engine.watch import Watch
from convlens.training.record.board import Board, board_at
from convlens.training.record.checkpoint import Checkpoint, check_fits, forget_old, path_of, save_checkpoint
from convlens.training.record.lines import Lines

FLUSH = 20
"""Steps whose losses are collected at once from several processes or an accelerator, which costs them a wait."""

MEET_SECONDS = 2.0
"""Fewer steps than `FLUSH` where they take longer: only when they meet can the processes agree to stop."""

SAVE_SECONDS = 120.0
"""A checkpoint is written at the end of every epoch, and within a longer one after this time."""


class Loop:
    """One training from a step to its end. ``step`` steps are done."""

    def __init__(self, job: Job, watch: Watch, stop: Stop) -> None:
        self.job = job
        self.watch = watch
        self.stop = stop
        self.stepper = Stepper(job)
        self.order = Order(job.parts.train.labels.cpu(), job.settings, job.settings.seed)
        self.held_out = Feed(job.parts.validation, job.parts.preparation, job.form, job.device)
        self.step = 0
        self.best = math.inf
        self.waited = 0
        self.tally = Tally()
        self.steps, self.epochs = Lines(job.folder.steps), Lines(job.folder.epochs)
        self.board: Board | None = None
        self.waiting = Waiting()
        self._saved = time.monotonic()
        self._every = 1

    def restore(self, checkpoint: Checkpoint | None, where: str) -> None:
        """Go on from here, or from the start. Raises `UsageError` where it is another network's."""
        if checkpoint is not None:
            check_fits(checkpoint, self.stepper.module.state_dict(), where)
            try:
                self._put(checkpoint)
            except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RuntimeError) as error:
                raise UsageError(
                    Sentence(
                        "{path} holds a checkpoint that this training cannot go on from: {reason}\n  fix: a new run",
                        path=where, reason=cut(str(error)),
                    )
                ) from None  # fmt: skip
        if self.job.world.first:
            self.steps.cut_after(self.step)
            self.epochs.cut_after(self.step)
            self.board = board_at(self.job.folder.tensorboard, self.step)

    def _put(self, checkpoint: Checkpoint) -> None:
        self.stepper.module.load_state_dict(dict(checkpoint.model))
        self.stepper.optimizer.load_state_dict(checkpoint.parts["optimizer"])
        self.stepper.schedule.load_state_dict(checkpoint.parts["schedule"])
        if self.stepper.ema is not None:
            self.stepper.ema.restore(checkpoint.ema)
        self.step, self.waited = checkpoint.step, int(checkpoint.facts["waited"])
        self.best = float(checkpoint.facts["best"])
        self.tally.restore(dict(checkpoint.facts["tally"]))

    def run(self) -> bool:
        """True where the training came to its end, False where it was asked to stop."""
        self.watch.begun(self.step, self.job.steps)
        try:
            while self.step < self.job.steps and not self._hopeless():
                if not self._epoch():
                    return False
            if self.step < self.job.steps:
                self.watch.said(self._early())
            return True
        finally:
            self.watch.ended()
            if self.board is not None:
                self.board.close()

    def _epoch(self) -> bool:
        """The rest of the present epoch; False where it was broken off."""
        number, done = divmod(self.step, self.job.per_epoch)
        if done == 0:
            self.tally.restart()
        places = self.order.epoch(number)
        pairs = list(batches(places, self.job.batch, self.job.world.rank, self.job.world.size))
        for at in range(done, len(pairs)):
            self._take(*pairs[at], following=pairs[at + 1] if at + 1 < len(pairs) else None)
            if self.step >= self.job.steps or self.step % self.job.per_epoch == 0:
                break
            if self._asked():
                self.save()
                return False
        self._end_epoch()
        return self.step >= self.job.steps or not self._asked()

    def _take(self, mine: Tensor, whole: Tensor, following: tuple[Tensor, Tensor] | None) -> None:
        taken = self.stepper.take(self.step, mine, whole, following)
        self.step += 1
        self.waiting.append(taken, mine, len(whole))
        last = self.step % self.job.per_epoch == 0 or self.step >= self.job.steps
        if taken.broken or last or len(self.waiting) >= self._every:
            self._collect(broken=taken.broken)
        if time.monotonic() - self._saved > SAVE_SECONDS and not last and not self.waiting:
            self.save()

    def _collect(self, *, broken: bool) -> None:
        losses, right, seconds = self.waiting.collected(self.job)
        first = self.step - len(losses)
        bad = next((number for number, loss in enumerate(losses) if not math.isfinite(loss)), len(losses) - 1 if broken else None)
        if bad is not None:
            if self.job.world.first:
                self.steps.flush()
            before = broken and bad == len(losses) - 1
            raise blamed(self.job, self.stepper, first + bad, losses[bad], self.waiting.places[bad], before=before)
        self.tally.add(losses, right, self.waiting.sizes)
        self.tally.lap()
        for number, (loss, norm) in enumerate(zip(losses, self.waiting.norms, strict=True)):
            self._write_step(first + number, loss, norm)
        self.watch.stepped(self.step, losses[-1], self.stepper.schedule.rate(self.step - 1))
        if self.job.device.type != "cpu" or self.job.world.size > 1:
            self._every = max(1, min(FLUSH, int(MEET_SECONDS * len(losses) / max(seconds, 1e-9))))
        self.waiting = Waiting()

    def _write_step(self, step: int, loss: float, norm: Tensor | None) -> None:
        extra = {} if norm is None else {"gradient_norm": round(float(norm), 6)}
        epoch, rate = round((step + 1) / self.job.per_epoch, 4), self.stepper.schedule.rate(step)
        figures = {"step": step + 1, "epoch": epoch, "loss": loss, "learning_rate": rate}
        self._add(self.steps, {**figures, **extra, "seconds": round(self.tally.seconds, 4)})

    def _add(self, lines: Lines, record: dict[str, Any]) -> None:
        lines.add(record)
        if self.board is not None:
            self.board.add(record)

    def _end_epoch(self) -> None:
        judged = self._judged()
        loss = self.tally.record()["train_loss"] if judged is None else judged.loss
        error = spoilt(self.job, self.stepper, self.step, loss)
        if error is not None:
            raise error
        rate = self.stepper.schedule.rate(self.step - 1)
        self.stepper.schedule.seen(loss)
        record: dict[str, Any] = {"epoch": math.ceil(self.step / self.job.per_epoch), "step": self.step, **self.tally.record()}
        if judged is not None:
            record |= {"validation_loss": judged.loss, "validation_accuracy": judged.accuracy}
        record |= {"learning_rate": rate, "peak_bytes": peak_bytes(self.job.device)}
        self._add(self.epochs, record)
        self._note_best(loss)
        self.save()
        self.watch.judged(record)
        self.tally.lap()

    def _judged(self) -> Judged | None:
        if not len(self.job.parts.validation):
            return None
        ema = self.stepper.ema
        self.job.world.same(self.stepper.module)
        with ema.used(self.stepper.module) if ema is not None else nullcontext():
            return judge(self.stepper.module, self.held_out, self.job.world)

    def _note_best(self, loss: float) -> None:
        if self.job.settings.patience is None:
            return
        better = loss < self.best
        self.best, self.waited = (loss, 0) if better else (self.best, self.waited + 1)
        if better and self.job.world.first:
            save_checkpoint(self.job.folder.best, Checkpoint(self.step, self.weights()))

    def _early(self) -> Remark:
        return remark(
            marked("stopped early: {waited} epochs without a better validation loss; the weights of epoch {best} are kept"),
            waited=self.waited, best=self.step // self.job.per_epoch - self.waited,
        )  # fmt: skip

    def _hopeless(self) -> bool:
        patience = self.job.settings.patience
        return patience is not None and self.waited >= patience

    def weights(self) -> dict[str, Tensor]:
        """Those that are judged: the means, where a mean is kept."""
        own = self.stepper.module.state_dict()
        return own if self.stepper.ema is None else {**own, **self.stepper.ema.state()}

    def save(self) -> None:
        """Write what the next step needs."""
        self._saved = time.monotonic()
        if not self.job.world.first:
            return
        parts = {"optimizer": self.stepper.optimizer.state_dict(), "schedule": self.stepper.schedule.state_dict()}
        facts = {
            "best": self.best, "waited": self.waited, "tally": self.tally.state(), "settings": self.job.settings.to_dict()
        }  # fmt: skip
        means = self.stepper.ema.state() if self.stepper.ema is not None else {}
        self.steps.flush()
        self.epochs.flush()
        if self.board is not None:
            self.board.flush()
        path = path_of(self.job.folder.checkpoints, self.step)
        save_checkpoint(path, Checkpoint(self.step, self.stepper.module.state_dict(), parts, means, facts))
        forget_old(self.job.folder.checkpoints)

    def _asked(self) -> bool:
        if self.job.world.size > 1 and self.waiting:
            return False  # the processes agree only when they have just met
        return self.job.world.any(self.stop.asked, self.job.device)
