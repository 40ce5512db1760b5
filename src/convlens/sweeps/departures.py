"""Where does the measured time not follow the arithmetic? By one rule, for every setting alike.

The work of a call is its MACs (its element-wise operations where no call of the series has any). One call of the series is the
reference. A call departs where its time for each unit of work is more than `FACTOR` times the reference's, or less than one
part in `FACTOR`, and the quartiles of the two do not overlap: then it is not the noise of the machine.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from convlens.lang.messages import listed, say
from convlens.sweeps.points import Point
from convlens.sweeps.values import Value

FACTOR = 1.5


class Departure(NamedTuple):
    """Ratios to the reference: of the work, of the median times, and of the time for each unit of work."""

    value: Value
    at: int
    work: float
    time: float

    @property
    def factor(self) -> float:
        return self.time / self.work


class Departures(NamedTuple):
    """All departures of a series from its reference. ``work`` is "macs" or "elementwise".

    ``undecided`` are the values whose medians depart while the quartiles overlap.
    """

    what: str
    work: str
    reference: Value
    found: tuple[Departure, ...]
    undecided: tuple[Value, ...]


def departures(points: Sequence[Point], own: object, what: str = "forward") -> Departures | None:
    """None where fewer than two calls were timed, or their work is not known."""
    timed = [(at, p) for at, p in enumerate(points) if p.time(what) is not None]
    work = next((kind for kind in ("macs", "elementwise") if all(_work(p, kind) for _, p in timed)), "")
    if len(timed) < 2 or not work:
        return None
    reference = next((p for _, p in timed if p.value == own and type(p.value) is type(own)), timed[0][1])
    far = [(at, p) for at, p in timed if _is_far(*_ratios(p, reference, work, what))]
    found = [Departure(p.value, at, *_ratios(p, reference, work, what)) for at, p in far if _apart(p, reference, work, what)]
    undecided = [p.value for _, p in far if not _apart(p, reference, work, what)]
    return Departures(what, work, reference.value, tuple(found), tuple(undecided))


def _work(point: Point, kind: str) -> int:
    counts = {"macs": point.figures.macs, "elementwise": point.figures.elementwise} if point.figures else {}
    return counts.get(kind) or 0


def _ratios(point: Point, reference: Point, work: str, what: str) -> tuple[float, float]:
    mine, other = point.time(what), reference.time(what)
    assert mine is not None
    assert other is not None
    return _work(point, work) / _work(reference, work), mine.median / other.median


def _is_far(more: float, longer: float) -> bool:
    return not 1 / FACTOR <= longer / more <= FACTOR


def _apart(point: Point, reference: Point, work: str, what: str) -> bool:
    """Do the quartiles of the time for each unit of work not overlap?"""
    (low, high), (other_low, other_high) = (_each(p, work, what) for p in (point, reference))
    return low > other_high or high < other_low


def _each(point: Point, work: str, what: str) -> tuple[float, float]:
    """The quartiles of the time for each unit of work."""
    time = point.time(what)
    assert time is not None
    return time.low / _work(point, work), time.high / _work(point, work)


def sentences(found: Departures, name: str, lang: str) -> list[str]:
    """What was found, in words; neighbours that depart in the same direction share a sentence."""
    reference = f"{name}={shown(found.reference)}"
    texts = [_sentence(list(run), name, reference, found, lang) for run in _runs(found.found)]
    if found.undecided:
        return [*texts, _undecided(found, name, lang)]
    return texts or [_follows(found, reference, lang)]


def _undecided(found: Departures, name: str, lang: str) -> str:
    values = listed(lang, [shown(value) for value in found.undecided])
    return say(lang, "{name}={values}: too noisy to tell whether {clock} follows the arithmetic, the quartiles overlap.",
               name=name, values=values, clock=_clock(found, lang))  # fmt: skip


def _clock(found: Departures, lang: str) -> str:
    return say(lang, "the time of backward") if found.what == "backward" else say(lang, "the time")


def _runs(found: Iterable[Departure]) -> list[list[Departure]]:
    """Those that stand side by side in the series, slower ones and faster ones apart."""
    numbered = groupby(enumerate(found), key=lambda pair: (pair[1].at - pair[0], pair[1].factor > 1))
    return [[departure for _, departure in run] for _, run in numbered]


def _follows(found: Departures, reference: str, lang: str) -> str:
    return say(lang, "Within {factor}x, {clock} of every value follows the arithmetic from {reference}.",
               factor=FACTOR, clock=_clock(found, lang), reference=reference)  # fmt: skip


def _sentence(run: list[Departure], name: str, reference: str, found: Departures, lang: str) -> str:
    values = {
        "which": f"{name}={_span([shown(d.value) for d in run], lang)}",
        "reference": reference,
        "work": _range([d.work for d in run]),
        "time": _range([d.time for d in run]),
        "factor": _range([d.factor if d.factor > 1 else 1 / d.factor for d in run]),
        "unit": say(lang, "MAC") if found.work == "macs" else say(lang, "element-wise operation"),
        "units": say(lang, "MACs") if found.work == "macs" else say(lang, "element-wise operations"),
        "clock": _clock(found, lang),
    }
    if run[0].factor > 1:
        return say(
            lang,
            "{which}: {work}x the {units} of {reference}, but {time}x {clock}: each {unit} takes {factor}x as long.",
            **values,
        )
    return say(
        lang, "{which}: {work}x the {units} of {reference}, but only {time}x {clock}: each {unit} is {factor}x as fast.", **values
    )


def shown(value: Value) -> str:
    """
    >>> shown(3), shown((5, 1)), shown("same")
    ('3', '5x1', 'same')
    """
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _span(values: list[str], lang: str) -> str:
    return values[0] if len(values) == 1 else say(lang, "{first} to {last}", first=values[0], last=values[-1])


def _range(ratios: list[float]) -> str:
    """
    >>> _range([0.25, 0.5]), _range([1.0]), _range([0.0156])
    ('0.25-0.5', '1', '0.0156')
    """
    low, high = (f"{ratio:.3g}" if ratio < 100 else f"{ratio:.0f}" for ratio in (min(ratios), max(ratios)))
    return low if low == high else f"{low}-{high}"
