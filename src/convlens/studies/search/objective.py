"""What one trial of a search does: a training with the values that Optuna suggests, and its validation accuracy."""

import os
from collections.abc import Mapping
from typing import Any

import optuna

from convlens.studies.figures import figures_of
from convlens.studies.folder import StudyFolder
from convlens.studies.plan import Variant
from convlens.studies.search.space import Space, suggested
from convlens.studies.search.team import told
from convlens.training.engine.diverged import DivergedError
from convlens.training.engine.watch import Watch
from convlens.training.recipe import Recipe
from convlens.training.train import train


class Tried:
    """The objective: one training, its validation accuracy."""

    def __init__(self, base: Recipe, space: Space, folder: StudyFolder, *, prune: bool) -> None:
        self.base = base
        self.space = space
        self.folder = folder
        self.prune = prune

    def __call__(self, trial: Any) -> float:
        values = suggested(self.space, trial)
        trial.set_user_attr("values", values)
        path = self.folder.runs / f"trial-{trial.number:04d}-{os.getpid()}"
        told((values, str(path)))
        try:
            run = train(varied(self.base, values), out=path, watch=_Reporting(trial) if self.prune else None)
        except DivergedError:
            return 0.0  # as bad as can be, and the sampler learns from it
        return figures_of(run.folder)["accuracy"]


class _Reporting(Watch):
    """Tells Optuna how a trial stands after each epoch."""

    def __init__(self, trial: Any) -> None:
        self.trial = trial

    def judged(self, record: Mapping[str, Any]) -> None:
        self.trial.report(float(record["validation_accuracy"]), int(record["epoch"]))
        if self.trial.should_prune():
            raise optuna.TrialPruned


def varied(base: Recipe, values: Mapping[str, Any]) -> Recipe:
    """The recipe of a trial."""
    read = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return Variant(read).recipe(base, base.settings.seed)
