"""What a picture of a sweep shows: one measure a panel, each with its unit."""

from collections.abc import Callable
from typing import NamedTuple

from convlens.lang.messages import say
from convlens.sweeps.departures import Departures
from convlens.sweeps.points import Figures, Point
from convlens.sweeps.series import Series
from convlens.sweeps.timing import Timing

Amount = float | None


class Measure(NamedTuple):
    """``unit`` of the numbers as they are scaled; ``quartiles`` and ``expected`` by point only where it is a time."""

    title: str
    unit: str
    amounts: tuple[Amount, ...]
    quartiles: tuple[tuple[float, float] | None, ...] = ()
    expected: tuple[Amount, ...] = ()


DECIMAL = ((1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
BINARY = ((2**50, "PiB"), (2**40, "TiB"), (2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"))


def measures(one: Series, departures: list[Departures], kinds: list[str], lang: str) -> list[Measure]:
    """Output, parameters, arithmetic, memory, time. What no call has is left out."""
    figures = [point.figures for point in one.points]
    found = [
        _pixels(figures, lang),
        _scaled(say(lang, "parameters"), figures, lambda f: f.params, DECIMAL, ""),
        _scaled("MACs", figures, lambda f: f.macs, DECIMAL, ""),
        _scaled(say(lang, "element-wise operations"), figures, lambda f: f.elementwise, DECIMAL, ""),
        _scaled(say(lang, "output memory"), figures, lambda f: f.output_bytes, BINARY, "B"),
        _scaled(say(lang, "kept for backward"), figures, lambda f: f.saved_bytes, BINARY, "B"),
    ]
    timed = [_time(one.points, next((d for d in departures if d.what == kind), None), kind, lang) for kind in kinds]
    return [measure for measure in (*found, *timed) if any(measure.amounts)]


def _pixels(figures: list[Figures | None], lang: str) -> Measure:
    """The size of the output along its first spatial axis; values where it has none."""
    space = [f is not None and len(f.outputs[0]) > 2 for f in figures]
    sizes = [None if f is None else _length(f, any(space)) for f in figures]
    return Measure(say(lang, "output length"), say(lang, "pixels") if any(space) else say(lang, "values"), tuple(sizes))


def _length(figures: Figures, spatial: bool) -> Amount:
    """The middle axis of three or more stands for space in both layouts."""
    dims = figures.outputs[0]
    return float(dims[len(dims) // 2] if spatial else dims[-1])


def _scaled(
    title: str,
    figures: list[Figures | None],
    count: Callable[[Figures], int | None],
    steps: tuple[tuple[float, str], ...],
    unit: str,
) -> Measure:
    counts = [None if f is None else count(f) for f in figures]
    most = max((c for c in counts if c is not None), default=0)
    step, prefix = next(((s, p) for s, p in steps if most >= s), (1, unit))
    return Measure(title, prefix, tuple(None if c is None else c / step for c in counts))


def _time(points: tuple[Point, ...], found: Departures | None, kind: str, lang: str) -> Measure:
    times = [point.time(kind) for point in points]
    title = say(lang, "time of backward") if kind == "backward" else say(lang, "time")
    return Measure(
        title,
        "ms",
        tuple(None if t is None else t.median * 1000 for t in times),
        tuple(None if t is None else (t.low * 1000, t.high * 1000) for t in times),
        _expected(points, times, found),
    )


def _expected(points: tuple[Point, ...], times: list[Timing | None], found: Departures | None) -> tuple[Amount, ...]:
    """The times that there would be if each unit of work took as long as the reference's."""
    if found is None:
        return ()
    work = [getattr(point.figures, found.work) if point.figures else None for point in points]
    at = next(at for at, p in enumerate(points) if p.value == found.reference and times[at] is not None)
    reference = times[at]
    assert reference is not None
    return tuple(
        None if w is None or t is None else reference.median * 1000 * w / work[at] for w, t in zip(work, times, strict=True)
    )
