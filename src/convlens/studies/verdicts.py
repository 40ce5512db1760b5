"""What was found, said: never a winner inside the noise."""

from collections.abc import Iterator
from math import isfinite, nan

import numpy as np

from convlens.lang.messages import marked, said_as
from convlens.lang.remark import Remark, remark
from convlens.lang.sentence import Sentence
from convlens.studies.figures import BY_KEY, Measure
from convlens.studies.plan import Variant
from convlens.studies.results import Results
from convlens.studies.statistics import ALPHA, Comparison, seeds_for

BETTER = marked("{one} is better than {other} by {by} ({measure}; Holm's 95 % interval {low} to {high}, {seeds} seeds)")
WORSE = marked("{one} is worse than {other} by {by} ({measure}; Holm's 95 % interval {low} to {high}, {seeds} seeds)")
ALIKE = marked("no difference between {one} and {other} can be seen: {by} ({measure}; Holm's 95 % interval {low} to {high}, "
               "{seeds} seeds)")  # fmt: skip
MORE = marked("to tell {by} from chance would take about {needed} seeds")
SURVIVORS = marked("{one} against {other}: what is finished are the seeds that went well, so nothing can be told")
FEW = marked("{one} against {other}: too few finished seeds ({seeds}) to tell anything; take 3 or more")
EXACT = marked("{one} has {by} against {other} ({measure})")
SAME = marked("{one} and {other} gave the same figures with every seed: no difference can be seen")
FAILED = marked("{one}: the loss became no number in {count} of {seeds} trainings")
HOPELESS = marked("{one}: {count} of {seeds} trainings were stopped, far behind every run of the baseline")
WAITING = marked("{count} of {total} trainings are still to do")
NONE_BETTER = marked("no variant is better than the baseline beyond chance ({measure}, {seeds} seeds)")
BEST = marked("beyond chance better than the baseline: {names}")
POINTS = marked("{number} points")


def verdicts(results: Results, key: str = "accuracy") -> list[Remark]:
    """The sentences of a study, the summary first."""
    measure = BY_KEY[key]
    found = results.comparison(measure)
    return [*_summary(results, measure, found), *_each(results, measure, found)]


def _summary(results: Results, measure: Measure, found: Comparison) -> Iterator[Remark]:
    if results.waiting:
        yield remark(WAITING, count=results.waiting, total=len(results.outcomes))
    names = [variant.label for variant, sign in zip(results.variants[1:], found.better, strict=True) if sign == measure.good]
    if names:
        yield remark(BEST, names=", ".join(names))
    elif found.known.any():
        yield remark(NONE_BETTER, measure=Sentence(measure.name), seeds=len(results.plan.seeds))


def _each(results: Results, measure: Measure, found: Comparison) -> Iterator[Remark]:
    baseline = results.variants[0]
    yield from _failures(results, baseline)
    for at, variant in enumerate(results.variants[1:]):
        yield from _failures(results, variant)
        yield from compared(variant, baseline, measure, found, at)


def compared(one: Variant, other: Variant, measure: Measure, found: Comparison, at: int) -> Iterator[Remark]:
    """One comparison of several; where nothing can be seen, how many seeds might show it."""
    seeds, names = int(found.pairs[at]), {"one": one.name, "other": other.name}
    if not found.known[at]:
        yield remark(SURVIVORS, **names) if np.isfinite(found.error[at]) else remark(FEW, **names, seeds=seeds)
        return
    if measure.exact:
        exact = _number(float(found.difference[at]), measure, "+")
        yield remark(EXACT, by=exact, measure=Sentence(measure.name), **names)
        return
    if found.difference[at] == 0 and found.low[at] == found.high[at]:
        yield remark(SAME, **names)
        return
    by = float(found.difference[at])
    shown = {"measure": Sentence(measure.name), "seeds": seeds, **names}
    sign = int(found.better[at]) * measure.good
    ends = (float(found.low[at]), float(found.high[at]))
    if sign:
        low, high = sorted(abs(end) for end in ends)
        yield remark(BETTER if sign > 0 else WORSE, by=_amount(abs(by), measure), low=_number(low, measure),
                     high=_number(high, measure), **shown)  # fmt: skip
        return
    low, high = ends
    yield remark(ALIKE, by=_amount(by, measure, "+"), low=_number(low, measure, "+"), high=_number(high, measure, "+"), **shown)
    needed = _needed(found, at, seeds)
    if needed is not None:
        yield remark(MORE, by=_amount(abs(by), measure), needed=needed)


def _needed(found: Comparison, at: int, seeds: int) -> int | None:
    """Seeds that would see what was measured, if it is true, in 80 of 100 studies; None without pairs or beyond 200."""
    error = float(found.error[at])
    if seeds < 2 or not error > 0 or found.difference[at] == 0:
        return None
    noise = error * float(np.sqrt(seeds))
    return seeds_for(abs(float(found.difference[at])), noise, ALPHA / int(found.known.sum()), most=200)


def _failures(results: Results, variant: Variant) -> Iterator[Remark]:
    states = results.states(variant)
    for state, message in (("diverged", FAILED), ("hopeless", HOPELESS)):
        if state in states:
            yield remark(message, one=variant.name, count=states.count(state), seeds=len(states))


def _amount(value: float, measure: Measure, sign: str = "") -> str:
    """With its unit; differences of shares are points."""
    number = _number(value, measure, sign)
    return Sentence(POINTS, number=number) if measure.unit == "%" else f"{number} {measure.unit}".rstrip()


def _number(value: float, measure: Measure, sign: str = "") -> str:
    return f"{value * measure.times:{sign}.{measure.digits}f}" if isfinite(value) else "?"


def spread_text(results: Results, measure: Measure, row: int) -> str:
    """``91.20 ± 0.31``: mean and deviation of a sample over seeds."""
    values = results.table(measure.key)[row]
    known = values[np.isfinite(values)] * measure.times
    if not len(known):
        return "-"
    deviation = known.std(ddof=1) if len(known) > 1 else nan
    return f"{known.mean():.{measure.digits}f}" + (f" ± {deviation:.{measure.digits}f}" if isfinite(deviation) else "")


def name_of(measure: Measure, lang: str) -> str:
    """Of a measure, with its unit."""
    name = said_as(lang, measure.name)
    return f"{name}, {measure.unit}" if measure.unit else name
