"""Which trainings a study is made of."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import product
from typing import Any

from convlens.ir.errors import UsageError
from convlens.lang.messages import marked
from convlens.lang.sentence import Sentence
from convlens.studies.vary import NETWORK, Varied, said_values
from convlens.training.recipe import Recipe

BASELINE = marked("baseline")
MOST_TRAININGS = 2000
LENGTHS = ("epochs", "iterations", "batch", "accumulate", "limit", "validation", "test", "patience", "schedule", "group")
"""What changes how many steps a training has, or how its rate moves: loss curves of such trainings are no measure mid-way."""


@dataclass(frozen=True)
class Variant:
    """What differs from the recipe; nothing in the baseline."""

    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return said_values(self.values) or BASELINE

    @property
    def name(self) -> str:
        """The label as a text that can be said in another language."""
        return self.label if self.values else Sentence(BASELINE)

    @property
    def slug(self) -> str:
        """The name of its folders, other for other values.

        >>> Variant({"learning_rate": 0.1}).slug[:17], Variant().slug
        ('learning_rate-0.1', 'baseline')
        """
        if not self.values:
            return "baseline"
        stem = re.sub(r"[^A-Za-z0-9_.]+", "-", self.label).strip("-.")[:60]
        return f"{stem}-{blake2b(repr(sorted(self.values.items())).encode(), digest_size=3).hexdigest()}"

    def recipe(self, baseline: Recipe, seed: int) -> Recipe:
        """The recipe of one of its trainings."""
        values = {name: value for name, value in self.values.items() if name != NETWORK}
        network = str(self.values.get(NETWORK, baseline.network))
        return replace(baseline, network=network).with_values({**values, "seed": seed})


@dataclass(frozen=True)
class Trial:
    """One training: a variant with a seed."""

    variant: Variant
    seed: int

    @property
    def name(self) -> str:
        """Its folder under ``runs``."""
        return f"{self.variant.slug}-seed{self.seed}"


@dataclass(frozen=True)
class Plan:
    """All trainings, the baseline's first, so that they are there to compare with."""

    baseline: Recipe
    varied: tuple[Varied, ...]
    seeds: tuple[int, ...]
    grid: bool = False
    extra: tuple[Variant, ...] = ()

    @property
    def variants(self) -> tuple[Variant, ...]:
        """The baseline, then one setting at a time or every pair of two, then those that change several settings at once."""
        return (Variant(), *(self._pairs() if self.grid else self._singles()), *self.extra)

    @property
    def trials(self) -> tuple[Trial, ...]:
        return tuple(Trial(variant, seed) for variant in self.variants for seed in self.seeds)

    @property
    def code(self) -> tuple[str, ...]:
        """The networks that are code of the user's own, the baseline's first."""
        recipes = (self.baseline, *(variant.recipe(self.baseline, self.seeds[0]) for variant in self.variants))
        return tuple(dict.fromkeys(recipe.code for recipe in recipes if recipe.code))

    def recipe(self, trial: Trial) -> Recipe:
        return trial.variant.recipe(self.baseline, trial.seed)

    def own(self, name: str) -> Any:
        """The baseline's value."""
        return self.baseline.network if name == NETWORK else getattr(self.baseline.settings, name)

    @property
    def same_length(self) -> bool:
        """Do all trainings have the same steps and the same schedule?"""
        names = [each.name for each in self.varied] + [name for variant in self.extra for name in variant.values]
        return not any(name in LENGTHS for name in names)

    def _singles(self) -> Iterator[Variant]:
        for each in self.varied:
            yield from (Variant({each.name: value}) for value in each.values if value != self.own(each.name))

    def _pairs(self) -> Iterator[Variant]:
        first, second = self.varied
        for one, other in product(first.values, second.values):
            if one != self.own(first.name) or other != self.own(second.name):
                yield Variant({first.name: one, second.name: other})


def plan_of(baseline: Recipe, varied: Sequence[Varied], seeds: int, *, grid: bool = False, extra: Sequence[Variant] = ()) -> Plan:
    """Raises `UsageError` where nothing would be compared, where a value is illegal, or where it would never end.

    >>> from convlens.training.settings.settings import Settings
    >>> plan = plan_of(Recipe("a", "lenet5", "mnist", Settings(batch=64)), [Varied("batch", (32, 64, 128))], 2)
    >>> [trial.variant.label for trial in plan.trials]
    ['baseline', 'baseline', 'batch=32', 'batch=32', 'batch=128', 'batch=128']
    """
    if not varied and not extra:
        raise UsageError(Sentence("nothing is varied\n  fix: --vary dropout=0,0.2,0.5, --about dropout, or --search"))
    if grid and len(varied) != 2:
        raise UsageError(Sentence("--grid takes exactly two --vary, not {count}", count=len(varied)))
    if not 1 <= seeds <= 100:
        raise UsageError(
            Sentence("--seeds is {seeds}\n  fix: 3 to 10; with 1 nothing can be told apart from chance", seeds=seeds)
        )
    first = baseline.settings.seed
    plan = Plan(baseline, tuple(varied), tuple(range(first, first + seeds)), grid, tuple(extra))
    if len(plan.variants) < 2:
        raise UsageError(Sentence("every value is the recipe's own, so nothing is compared\n  fix: another value"))
    labels = [variant.label for variant in plan.variants]
    twice = next((label for label in labels if labels.count(label) > 1), None)
    if twice is not None:
        raise UsageError(Sentence("two variants would both be called {name}\n  fix: files of other names", name=twice))
    if len(plan.trials) > MOST_TRAININGS:
        raise UsageError(Sentence("that makes {count} trainings; at most {most}", count=len(plan.trials), most=MOST_TRAININGS))
    for variant in plan.variants:
        variant.recipe(baseline, first)
    return plan
