"""Ready studies: a claim of the tutorials, its source, the study that tests it, and the rule of its verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from convlens.ir.errors import UsageError, nearest, quoted
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.lang.sentence import Sentence
from convlens.studies.figures import BY_KEY
from convlens.studies.folder import variant_of
from convlens.studies.plan import Plan, Variant, plan_of
from convlens.studies.results import Results
from convlens.studies.statistics import Comparison
from convlens.studies.vary import NETWORK, varied, varied_all
from convlens.studies.verdicts import compared
from convlens.training.recipe import Recipe, recipe_of
from convlens.training.record.folder import read_toml

HOLDS = marked("the claim holds here")
ONLY_WHEN = marked("the claim holds only in part, for {parts}")
NOT_HERE = marked("the claim does not hold here: nothing that it says is more than chance")
OPPOSITE = marked("the claim does not hold here: the opposite was measured")
OPEN = marked("nothing can be said of the claim yet: too few seeds are finished")


FEW = 3
"""Of fewer seeds, that nothing was seen says nothing."""


@dataclass(frozen=True)
class Expectation:
    """``of`` has a ``direction`` (higher, lower) measure than ``than``; ``alike``: within ``margin`` of it."""

    measure: str
    of: str
    direction: str
    than: str
    margin: float = 0.0


@dataclass(frozen=True)
class Ready:
    """A ready study by name; texts by language. ``small`` are the settings of its quick form."""

    name: str
    title: Mapping[str, str]
    claim: Mapping[str, str]
    source: str
    plan: Plan
    expects: tuple[Expectation, ...]


def ready_names() -> list[str]:
    """
    >>> "dropout" in ready_names()
    True
    """
    return sorted(file.stem for file in _folder().glob("*.toml"))


def ready_of(name: str, *, data: str = "", small: bool = False, seeds: int | None = None, settings: Mapping[str, Any]) -> Ready:
    """The ready study of this name, on other data where these are given. Raises `UsageError` for an unknown one."""
    if name not in ready_names():
        raise UsageError(
            Sentence(
                "there is no ready study {name}{meant}\n  fix: one of {known}",
                name=quoted(name), meant=nearest(name, ready_names()), known=", ".join(ready_names()),
            )
        )  # fmt: skip
    record = read_toml(_folder() / f"{name}.toml")
    recipe = _recipe(name, record, data).with_values(
        {**record.get("settings", {}), **(record["small"] if small else {}), **settings}
    )
    usual = record.get("small_seeds", 2) if small else record["seeds"]
    count = usual if seeds is None else seeds
    extra = [variant_of(_placed(values)) for values in record.get("variants", [])]
    plan = plan_of(recipe, varied_all([_vary(text) for text in record.get("vary", [])]), count, extra=extra)
    expects = tuple(Expectation(**each) for each in record["expects"])
    texts = [{"en": record[key], "zh": record[f"{key}_zh"]} for key in ("title", "claim")]
    return Ready(name, texts[0], texts[1], record["source"], plan, expects)


def judged(ready: Ready, results: Results) -> list[Remark]:
    """The verdict on the claim, then what was measured of each thing that it says."""
    pairs = [(variant_in(results, each.of), variant_in(results, each.than), each.measure) for each in ready.expects]
    found = results.between(pairs)
    states = [_state(each, found, at) for at, each in enumerate(ready.expects)]
    told = [text for at, pair in enumerate(pairs) for text in compared(pair[0], pair[1], BY_KEY[pair[2]], found, at)]
    return [verdict(ready.expects, states, int(found.pairs.max(initial=0))), *told]


def verdict(expects: Sequence[Expectation], states: Sequence[str], seeds: int) -> Remark:
    """From the state of each expectation; of fewer than `FEW` seeds, only what was measured counts.

    >>> expects = [Expectation(key, "dropout=0.5", "higher", "baseline") for key in ("accuracy", "gap")]
    >>> [verdict(expects, states, 3).text()[:27] for states in (["yes", "yes"], ["no", "yes"], ["no", "opposite"], ["no", "no"])]
    ['the claim holds here', 'the claim holds only in par', 'the claim does not hold her', 'the claim does not hold her']
    """
    right = [each for each, state in zip(expects, states, strict=True) if state == "yes"]
    if right:
        return remark(HOLDS) if len(right) == len(states) else remark(ONLY_WHEN, parts=_parts(right))
    if "opposite" in states:
        return remark(OPPOSITE)
    return remark(OPEN if seeds < FEW or all(state == "unknown" for state in states) else NOT_HERE)


def _parts(expects: Sequence[Expectation]) -> Sentence:
    first, *others = (
        Sentence("{variant} ({measure})", variant=each.of, measure=Sentence(BY_KEY[each.measure].name)) for each in expects
    )
    for other in others:
        first = Sentence("{first}, {next}", first=first, next=other)
    return first


def variant_in(results: Results, text: str) -> Variant:
    """The variant that this text names; the baseline where it names the baseline's own value."""
    known = {variant.label: variant for variant in results.variants}
    if text in known:
        return known[text]
    each = varied(_vary(text))
    if len(each.values) == 1 and results.plan.own(each.name) == each.values[0]:
        return known["baseline"]
    raise UsageError(Sentence("the study has no variant {variant}\n  fix: one of {known}", variant=text, known=", ".join(known)))


def _state(each: Expectation, found: Comparison, at: int) -> str:
    """yes, no, opposite or unknown."""
    if not found.known[at]:
        return "unknown"
    if each.direction == "alike":
        inside = -each.margin <= found.low[at] and found.high[at] <= each.margin
        return "yes" if inside else "no" if not found.better[at] else "opposite"
    sign = int(found.better[at]) * (1 if each.direction == "higher" else -1)
    return "yes" if sign > 0 else "opposite" if sign < 0 else "no"


def _recipe(name: str, record: Mapping[str, Any], data: str) -> Recipe:
    """A recipe that comes with convlens, or a network beside the study with its data."""
    if "recipe" in record:
        found = recipe_of(record["recipe"])
        return replace(found, name=name, data=data or found.data)
    base = recipe_of(_beside(record[NETWORK]))
    return replace(base, name=name, data=data or record["data"])


def _vary(text: str) -> str:
    name, _, values = text.partition("=")
    return text if name != NETWORK else f"{name}={','.join(_beside(value.strip()) for value in values.split(','))}"


def _placed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _beside(value) if name == NETWORK else value for name, value in values.items()}


def _beside(network: str) -> str:
    """A text form that lies beside the studies, by its whole path."""
    place = _folder() / f"{network.removesuffix('.txt')}.txt"
    return str(place) if place.is_file() else network


def _folder() -> Path:
    return Path(str(files("convlens.studies") / "ready"))
