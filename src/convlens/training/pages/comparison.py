"""Several runs beside one another: what is not the same in them, and what their seeds alone change."""

from collections.abc import Callable, Sequence
from math import isfinite, nan
from statistics import fmean, stdev
from typing import Any, NamedTuple

from convlens.pageparts.series import Chart, Panel, Series
from convlens.training.pages.curves import WORDS
from convlens.training.pages.reading import RunReading
from convlens.training.pages.settings import shown

SEED = "seed"
MEANS = {"loss": ("validation_loss", ""), "rate": ("learning_rate", ""), "accuracy": ("validation_accuracy", "%")}
"""What is drawn of groups: columns of the epochs, and their units."""


class Spread(NamedTuple):
    """Of figures of runs that differ in their seed alone; ``deviation`` is that of a sample, None of a single one."""

    runs: int
    mean: float
    deviation: float | None
    least: float
    most: float


class Group(NamedTuple):
    """Runs, by their places, that differ in their seed alone."""

    label: str
    runs: tuple[int, ...]


def spread(values: Sequence[float]) -> Spread | None:
    """Of the finite ones; None without any.

    >>> spread([0.9, 0.92, 0.94]).deviation
    0.02
    >>> spread([nan]) is None
    True
    """
    known = [value for value in values if isfinite(value)]
    if not known:
        return None
    deviation = round(stdev(known), 12) if len(known) > 1 else None
    return Spread(len(known), fmean(known), deviation, min(known), max(known))


def facts(run: RunReading) -> dict[str, str]:
    """Everything that was chosen for a run, as texts: network, data, their fingerprint, every setting."""
    about = {"network": run.network_name, "data": run.data, "fingerprint": run.fingerprint[:16]}
    return {**about, **{one.setting.name: shown(one.value) for one in run.settings}}


def differing(runs: Sequence[RunReading]) -> dict[str, tuple[str, ...]]:
    """By name the values of all runs, where these are not all the same."""
    found = [facts(run) for run in runs]
    return {name: values for name in found[0] if len(set(values := tuple(one[name] for one in found))) > 1}


def labels(runs: Sequence[RunReading]) -> tuple[str, ...]:
    """A short name for each run: its own; what is not the same in it where names are; its place where nothing is."""
    names = [run.name for run in runs]
    if len(set(names)) == len(names):
        return tuple(names)
    rest = differing(runs)
    rest.pop("fingerprint", None)
    rest.update({SEED: rest.pop(SEED)} if SEED in rest else {})  # the seed is told last
    told = [
        " ".join(f"{name}={values[at]}" for name, values in list(rest.items())[:3]) or run.name for at, run in enumerate(runs)
    ]
    return tuple(text if told.count(text) == 1 else f"{text} ({at + 1})" for at, text in enumerate(told))


def groups(runs: Sequence[RunReading]) -> list[Group]:
    """Runs in the order of their first; the label leaves the seed out."""
    found: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for at, run in enumerate(runs):
        key = tuple((name, value) for name, value in facts(run).items() if name != SEED)
        found.setdefault(key, []).append(at)
    names = labels(runs)
    rest = [name for name in differing(runs) if name not in (SEED, "fingerprint")]
    return [Group(_label(runs, names, rest, members), tuple(members)) for members in found.values()]


def _label(runs: Sequence[RunReading], names: Sequence[str], rest: Sequence[str], members: Sequence[int]) -> str:
    if len(members) == 1:
        return names[members[0]]
    about = facts(runs[members[0]])
    told = " ".join(f"{name}={about[name]}" for name in rest[:3])
    return f"{told or about['network'] or names[members[0]]} × {len(members)}"


def seed_chart(runs: Sequence[RunReading], found: Sequence[Group]) -> dict[str, Any] | None:
    """Mean curves of the groups, with a band from the least to the greatest seed; None where no group has two runs."""
    if all(len(group.runs) < 2 for group in found):
        return None
    axis = {f"g{at}": _column([runs[run].epoch_ends for run in group.runs], fmean) for at, group in enumerate(found)}
    panels = [
        Panel(WORDS[word], [_series(runs, group, at, key) for at, group in enumerate(found)], unit, not unit)
        for word, (key, unit) in MEANS.items()
    ]
    return Chart([(WORDS["epoch"], axis)], panels).record()


def _series(runs: Sequence[RunReading], group: Group, at: int, key: str) -> Series:
    members, times = [runs[run].epochs[key] for run in group.runs], 100 if key.endswith("accuracy") else 1
    mean, low, high = ([times * value for value in _column(members, take)] for take in (fmean, min, max))
    return Series(group.label, f"g{at}", mean, low, high, colour=at)


def _column(members: Sequence[Sequence[float]], take: Callable[[list[float]], float]) -> list[float]:
    """By epoch, of the runs that have come so far."""
    rows = [[values[at] for values in members if at < len(values)] for at in range(max(map(len, members)))]
    known = [[value for value in row if isfinite(value)] for row in rows]
    return [take(row) if row else nan for row in known]
