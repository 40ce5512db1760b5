"""The loop of one worker: trial after trial until the budget that all workers share is spent."""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import optuna
from optuna.trial import TrialState
from sqlalchemy.exc import SQLAlchemyError

from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence
from convlens.studies.search.storage import storage_error

Objective = Callable[[Any], float]

SAMPLERS = ("tpe", "random", "cmaes")


@dataclass(frozen=True)
class Budget:
    """The search ends after so many finished trials of all workers together, or after so many seconds of this one."""

    trials: int | None
    seconds: float | None


def sampler_of(name: str, seed: int | None) -> Any:
    """An Optuna sampler; TPE takes trials that others have under way for bad ones, so that workers spread."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        if name == "tpe":
            return optuna.samplers.TPESampler(seed=seed, constant_liar=True)
        if name == "random":
            return optuna.samplers.RandomSampler(seed=seed)
        if name == "cmaes":
            return optuna.samplers.CmaEsSampler(seed=seed)
    raise UsageError(Sentence("there is no sampler {name}\n  fix: one of {known}", name=name, known=", ".join(SAMPLERS)))


def joined(storage: Any, name: str, method: str, seed: int, *, prune: bool) -> tuple[Any, bool]:
    """The search of this name, begun or joined, and whether it was begun. Who joins draws from chance of its own."""
    pruner = optuna.pruners.SuccessiveHalvingPruner() if prune else optuna.pruners.NopPruner()
    try:
        found = optuna.create_study(storage=storage, study_name=name, direction="maximize", pruner=pruner,
                                    sampler=sampler_of(method, seed))  # fmt: skip
    except optuna.exceptions.DuplicatedStudyError:
        found = optuna.load_study(storage=storage, study_name=name, pruner=pruner, sampler=sampler_of(method, None))
        return found, False
    return found, True


def work(study: Any, objective: Objective, budget: Budget, url: str, seen: Callable[[Any], None] | None = None,
         wait: float = 1.0) -> None:  # fmt: skip
    """Do trials until the budget is spent. A worker that was killed is noticed, its trial marked failed and done anew.

    Never more than the budget, but where two workers start their last trial in the same moment. Raises `StorageError` where
    the database fails; every finished trial is kept.
    """
    end = time.monotonic() + budget.seconds if budget.seconds is not None else None
    callbacks = [lambda _study, trial: seen(trial)] if seen is not None else []
    try:
        while end is None or time.monotonic() < end:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
                optuna.storages.fail_stale_trials(study)
            ended, going = tallied(study)
            if budget.trials is not None and ended >= budget.trials:
                return
            if budget.trials is not None and ended + going >= budget.trials:
                time.sleep(wait)  # others do the last ones; if one of them is lost, its trial is done here
                continue
            study.optimize(objective, n_trials=1, callbacks=callbacks)
    except (SQLAlchemyError, optuna.exceptions.StorageInternalError) as error:
        raise storage_error(url, error.__cause__ if isinstance(error.__cause__, SQLAlchemyError) else error) from None


def tallied(study: Any) -> tuple[int, int]:
    """Trials that are finished, and that are under way; failed ones count for nothing."""
    states = [trial.state for trial in study.get_trials(deepcopy=False)]
    return sum(state in (TrialState.COMPLETE, TrialState.PRUNED) for state in states), states.count(TrialState.RUNNING)
