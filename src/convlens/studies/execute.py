"""All trainings of a plan, one after another or several at a time."""

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from itertools import islice
from multiprocessing.process import BaseProcess

from convlens.ir.errors import ConvlensError
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.lang.sentence import Sentence
from convlens.studies.folder import StudyFolder
from convlens.studies.going_on import resume_command
from convlens.studies.halting import Limits, limits_of
from convlens.studies.one import end_with_parent, train_one
from convlens.studies.plan import Plan, Trial
from convlens.studies.watch import StudyWatch
from convlens.training.record.lines import read_lines
from convlens.training.train import StoppedError

LOOK = 1.0
"""Seconds between two looks at how far trainings in other processes are."""

TRIAL = marked("{variant}, seed {seed}")
DONE = marked("{trial}: accuracy {accuracy} %")
OVER = marked("{trial}: over")
DIVERGED = marked("{trial}: the loss became no number")
HOPELESS = marked("{trial}: stopped, far behind every run of the baseline")


def execute(plan: Plan, folder: StudyFolder, watch: StudyWatch, *, jobs: int = 1, stop_hopeless: bool = False) -> None:
    """Do what is not done yet. Raises `StoppedError` after Ctrl-C; `execute` again goes on from there."""
    waiting = [trial for trial in plan.trials if not over(folder, trial)]
    total = len(plan.trials)
    watch.begun(total, total - len(waiting))
    try:
        for batch in _batches(waiting, stop_hopeless=stop_hopeless):
            limits = _limits(plan, folder) if stop_hopeless else None
            before = sum(over(folder, trial) for trial in plan.trials)
            if jobs == 1:
                _here(plan, folder, batch, limits, watch, before)
            else:
                _beside(plan, folder, batch, limits, watch, before, jobs)
    except (StoppedError, KeyboardInterrupt):
        command = resume_command(folder, plan)
        raise StoppedError(Sentence("before the end; all is saved\n  to go on: {command}", command=command)) from None
    finally:
        watch.ended()


def over(folder: StudyFolder, trial: Trial) -> bool:
    """Is nothing left to do for it?"""
    return folder.run(trial).done or folder.failure(trial).exists()


def _batches(waiting: Sequence[Trial], *, stop_hopeless: bool) -> Iterator[Sequence[Trial]]:
    """Where the others are compared with the baseline on their way, that is done before they start."""
    if not stop_hopeless:
        yield waiting
        return
    first = [trial for trial in waiting if not trial.variant.values]
    yield first
    yield [trial for trial in waiting if trial.variant.values]


def _limits(plan: Plan, folder: StudyFolder) -> Limits | None:
    runs = [folder.run(trial) for trial in plan.trials if not trial.variant.values]
    losses = [[float(row["validation_loss"]) for row in read_lines(run.epochs)] for run in runs if run.done]
    return limits_of(losses)


def _here(
    plan: Plan, folder: StudyFolder, trials: Sequence[Trial], limits: Limits | None, watch: StudyWatch, before: int
) -> None:  # fmt: skip
    for number, trial in enumerate(trials):
        own = Limits(limits.highest) if limits is not None and trial.variant.values else None
        outcome = train_one(
            plan.recipe(trial), str(folder.run(trial).path), plan.baseline.settings.threads, own,
            partial(_moved, watch, before + number),
        )  # fmt: skip
        watch.finished(trial, said(folder, trial, outcome))
        watch.moved(before + number + 1)


def _moved(watch: StudyWatch, done: int, share: float) -> None:
    watch.moved(done + share)


def _beside(
    plan: Plan, folder: StudyFolder, trials: Sequence[Trial], limits: Limits | None, watch: StudyWatch, before: int, jobs: int
) -> None:
    """Each in a process of its own with one thread: two threads each would wait for one another.

    No more than ``jobs`` are handed out: an executor starts whatever waits in its queue, also after an error.
    """
    left = iter(trials)
    with _pool(jobs) as pool:
        going: dict[Future[str], Trial] = {}
        while True:
            for trial in islice(left, jobs - len(going)):
                own = Limits(limits.highest) if limits is not None and trial.variant.values else None
                going[pool.submit(train_one, plan.recipe(trial), str(folder.run(trial).path), 1, own)] = trial
            if not going:
                return
            ended, _ = wait(going, timeout=LOOK, return_when=FIRST_COMPLETED)
            for future in ended:
                trial = going.pop(future)
                watch.finished(trial, said(folder, trial, _outcome(future, trial)))
                before += 1
            watch.moved(before + sum(_share(plan, folder, trial) for trial in going.values()))


@contextmanager
def _pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """New processes, not copies of this one, whose threads a copy would lack; none is left behind after an error."""
    others = {child.pid for child in multiprocessing.active_children()}
    pool = ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"), initializer=end_with_parent)
    try:
        yield pool
    except BaseException:  # Ctrl-C as well
        pool.shutdown(wait=False, cancel_futures=True)
        _stop([child for child in multiprocessing.active_children() if child.pid not in others])
        raise
    pool.shutdown()


def _stop(children: Sequence[BaseProcess]) -> None:
    """One that trains saves and ends; one that does not listen yet is asked again."""
    while any(child.is_alive() for child in children):
        for child in children:
            child.terminate()
        for child in children:
            child.join(LOOK)


def _outcome(future: Future[str], trial: Trial) -> str:
    try:
        return future.result()
    except BrokenProcessPool:
        raise ConvlensError(
            Sentence(
                "the process that trained {trial} ended without a word: killed, or out of memory\n"
                "  fix: fewer --jobs; --resume goes on from the last checkpoints",
                trial=trial.name,
            )
        ) from None


def _share(plan: Plan, folder: StudyFolder, trial: Trial) -> float:
    """By its finished epochs."""
    return min(len(read_lines(folder.run(trial).epochs)) / plan.recipe(trial).settings.epochs, 1.0)


def said(folder: StudyFolder, trial: Trial, outcome: str) -> Remark:
    """One line about a training that is over."""
    name = remark(TRIAL, variant=trial.variant.name, seed=trial.seed)
    if outcome != "done":
        return remark(DIVERGED if outcome == "diverged" else HOPELESS, trial=name)
    rows = read_lines(folder.run(trial).epochs)
    accuracy = rows[-1].get("validation_accuracy") if rows else None
    return remark(DONE, trial=name, accuracy=f"{100 * accuracy:.2f}") if accuracy is not None else remark(OVER, trial=name)
