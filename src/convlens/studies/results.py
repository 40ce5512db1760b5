"""What came of a study: figures of every training, by variant with their spread, compared with the baseline."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from convlens.studies.figures import BY_KEY, MEASURES, Measure, figures_of, resolution_of
from convlens.studies.folder import StudyFolder
from convlens.studies.plan import Plan, Trial, Variant
from convlens.studies.statistics import Array, Comparison, compare
from convlens.training.record.folder import read_json


@dataclass(frozen=True)
class Outcome:
    """One training: ``state`` is done, diverged, hopeless or waiting; figures are NaN unless it is done."""

    trial: Trial
    state: str
    figures: dict[str, float]


class Results:
    """All trainings of a study, as far as they are done."""

    def __init__(self, plan: Plan, folder: StudyFolder) -> None:
        self.plan = plan
        self.folder = folder
        self.variants: tuple[Variant, ...] = plan.variants

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        return tuple(self._outcome(trial) for trial in self.plan.trials)

    @property
    def waiting(self) -> int:
        """Trainings that are not over."""
        return sum(outcome.state == "waiting" for outcome in self.outcomes)

    def table(self, key: str) -> Array:
        """One measure: variants (rows, the baseline first) by seeds."""
        values = [outcome.figures[key] for outcome in self.outcomes]
        return np.array(values, dtype=np.float64).reshape(len(self.variants), len(self.plan.seeds))

    def states(self, variant: Variant) -> list[str]:
        return [outcome.state for outcome in self.outcomes if outcome.trial.variant == variant]

    def comparison(self, measure: Measure) -> Comparison:
        """Every variant against the baseline; the arrays leave the baseline out."""
        table = self.table(measure.key)
        found = compare(table[1:], table[0], resolution=self.resolution(measure.key))
        return self._judged(found, [(variant, self.variants[0], measure.key) for variant in self.variants[1:]])

    def between(self, pairs: Sequence[tuple[Variant, Variant, str]]) -> Comparison:
        """Chosen pairs (variant, reference, measure), all of one family for Holm."""
        rows = [[self.table(key)[self.variants.index(each)] for each in (one, other)] for one, other, key in pairs]
        array = np.array(rows, dtype=np.float64)
        exact = [BY_KEY[key].exact for *_, key in pairs]
        array[exact] = np.nan  # of what is certain, nothing is tested: it would only take from the others' confidence
        found = compare(array[:, 0], array[:, 1], resolution=np.array([self.resolution(key) for *_, key in pairs]))
        known = np.array(rows, dtype=np.float64)
        return self._judged(replace(found, difference=np.where(exact, _mean(known), found.difference)), pairs)

    def lost(self, variant: Variant) -> bool:
        """Did a training of it diverge, or was one stopped as hopeless? Then those that are finished are its better ones."""
        return not {"diverged", "hopeless"}.isdisjoint(self.states(variant))

    def _judged(self, found: Comparison, pairs: Sequence[tuple[Variant, Variant, str]]) -> Comparison:
        """Who has lost trainings does not win by those that are left: of such a comparison nothing is known."""
        unfair = np.array([self._by_survivors(int(sign), *pair) for sign, pair in zip(found.better, pairs, strict=True)])
        low, high, p = (np.where(unfair, np.nan, each) for each in (found.low, found.high, found.p))
        fair = replace(found, low=low, high=high, p=p, better=np.where(unfair, 0, found.better))
        return _certain(fair, [BY_KEY[key].exact for *_, key in pairs])

    def _by_survivors(self, sign: int, one: Variant, other: Variant, key: str) -> bool:
        return sign != 0 and self.lost(one if sign * BY_KEY[key].good > 0 else other)

    def resolution(self, key: str) -> float:
        run = self._first_run()
        return resolution_of(run, key) if run is not None else 0.0

    @cached_property
    def record(self) -> dict[str, Any]:
        """run.json of a training that is done: data, machine, versions. Empty where none is."""
        run = self._first_run()
        found: dict[str, Any] = read_json(run.record) if run is not None else {}
        return found

    @property
    def measures(self) -> list[Measure]:
        """Those of which there are figures."""
        return [measure for measure in MEASURES if np.isfinite(self.table(measure.key)).any()]

    def _first_run(self) -> Any:
        runs = (self.folder.run(outcome.trial) for outcome in self.outcomes if outcome.state == "done")
        return next(runs, None)

    def _outcome(self, trial: Trial) -> Outcome:
        run, failure = self.folder.run(trial), self.folder.failure(trial)
        state = "done" if run.done else str(read_json(failure)["outcome"]) if failure.exists() else "waiting"
        return Outcome(trial, state, figures_of(run))


def _mean(rows: Array) -> Array:
    """The mean difference of pairs (P, 2, S), NaN where nothing is finished."""
    differences = rows[:, 0] - rows[:, 1]
    counts = np.isfinite(differences).sum(axis=1)
    sums: Array = np.nansum(differences, axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _certain(found: Comparison, exact: Sequence[bool]) -> Comparison:
    """What no seed changes is as it is, without an interval."""
    there, difference = np.array(exact) & np.isfinite(found.difference), found.difference
    low, high, p = (np.where(there, new, old) for new, old in ((difference, found.low), (difference, found.high), (0.0, found.p)))
    better = np.where(there, np.sign(difference), found.better).astype(np.int64)
    return replace(found, low=low, high=high, p=p, better=better)
