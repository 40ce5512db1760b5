"""The columns of a sweep's table, wide or narrow, and the text of each cell."""

from collections.abc import Callable
from typing import NamedTuple

from convlens.arith.units import grouped, memory, short
from convlens.ir.spec import show_shape
from convlens.lang.messages import say
from convlens.sweeps.departures import shown
from convlens.sweeps.points import Point
from convlens.sweeps.timing import Timing

UNKNOWN = "?"


class Column(NamedTuple):
    """``text`` is the cell of a point that has figures; ``bar`` what a bar beside it is as long as."""

    head: str
    text: Callable[[Point], str]
    bar: Callable[[Point], float] | None = None


class Plan(NamedTuple):
    """What is given up, one thing after another, where there is less room: quartiles, bars, exact digits."""

    quartiles: bool
    bars: bool
    exact: bool


PLANS = (Plan(True, True, True), Plan(True, True, False), Plan(False, True, False), Plan(False, False, False))


def columns(name: str, points: tuple[Point, ...], kinds: list[str], plan: Plan, lang: str) -> list[Column]:
    """Element-wise operations have a column only where there are any."""
    number = grouped if plan.exact else short
    found = [
        Column(name, lambda p: shown(p.value)),
        Column(say(lang, "output"), lambda p: ", ".join(map(show_shape, p.figures.outputs)) if p.figures else ""),
        Column(say(lang, "params"), lambda p: number(p.figures.params) if p.figures else ""),
        Column("MACs", lambda p: _count(p.figures.macs, number) if p.figures else "", _macs),
    ]
    if any(p.figures is not None and p.figures.elementwise for p in points):
        found.append(Column(say(lang, "element-wise"), lambda p: _count(p.figures.elementwise, number) if p.figures else ""))
    found += [
        Column(say(lang, "output memory"), lambda p: memory(p.figures.output_bytes) if p.figures else ""),
        Column(say(lang, "kept"), lambda p: memory(p.figures.saved_bytes) if p.figures else ""),
    ]
    return [*found, *(_timed(kind, plan, lang) for kind in kinds)]


def _timed(kind: str, plan: Plan, lang: str) -> Column:
    head = say(lang, "backward") if kind == "backward" else say(lang, "time")
    return Column(head, lambda p: _time(p.time(kind), quartiles=plan.quartiles), lambda p: _median(p, kind))


def _time(time: Timing | None, *, quartiles: bool) -> str:
    if time is None:
        return "-"
    return seconds(time.median) + (f" ({milliseconds(time.low)}-{milliseconds(time.high)})" if quartiles else "")


def seconds(time: float) -> str:
    """
    >>> seconds(0.0123), seconds(2.5), seconds(0.0000321)
    ('12.3 ms', '2,500 ms', '0.0321 ms')
    """
    return f"{milliseconds(time)} ms"


def milliseconds(time: float) -> str:
    """Three digits, as many as a measurement has."""
    value = time * 1000
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _macs(point: Point) -> float:
    return float(point.figures.macs or 0) if point.figures else 0.0


def _median(point: Point, kind: str) -> float:
    time = point.time(kind)
    return 0.0 if time is None else time.median


def _count(count: int | None, number: Callable[[int], str]) -> str:
    return UNKNOWN if count is None else number(count)
