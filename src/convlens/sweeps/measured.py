"""A sweep's calls, measured where they can be."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from convlens.arith.units import memory
from convlens.sweeps.points import Point
from convlens.sweeps.series import Series
from convlens.sweeps.timing import Make, Refused, Timing, TooSlow, measure

if TYPE_CHECKING:
    from convlens.sweeps.machine import Machine

Job = tuple[int, int, str]
"""A series, a point in it, and "forward" or "backward"."""


def measured(
    series: tuple[Series, ...], *, backward: bool, budget: float, threads: int | None, max_bytes: int
) -> tuple[tuple[Series, ...], "Machine"]:
    """The same series with times, and the machine. What takes more than ``max_bytes`` is not run, and says so."""
    from convlens.sweeps import machine, running  # noqa: PLC0415 - only a measurement needs PyTorch

    kinds = ("forward", "backward") if backward else ("forward",)
    found: dict[Job, Timing | str] = {}
    makes: dict[Job, Make] = {}
    taken = 0
    with machine.threads(threads):
        load = machine.load()
        for job, point in _jobs(series, kinds):
            needed = needed_bytes(point, job[2])
            reason = too_large(needed, max_bytes)
            if reason:
                found[job] = reason
            elif point.report is not None:
                makes[job] = partial(running.RUNS[job[2]], point.report.graph)
                taken += needed
        times = measure(list(makes.values()), budget=budget, keep=taken <= max_bytes)
        found |= {job: _said(time, budget) for job, time in zip(makes, times, strict=True)}
        where = machine.machine(load)
    return tuple(_timed(one, at, found) for at, one in enumerate(series)), where


def _jobs(series: Iterable[Series], kinds: tuple[str, ...]) -> Iterator[tuple[Job, Point]]:
    for at, one in enumerate(series):
        for place, point in enumerate(one.points):
            if point.report is not None:
                yield from (((at, place, kind), point) for kind in kinds)


def needed_bytes(point: Point, kind: str) -> int:
    """Bytes that the run takes: input, weights, everything that it makes; for backward their gradients and what is kept."""
    if point.figures is None:
        return 0
    return point.figures.needed_for_backward if kind == "backward" else point.figures.needed_bytes


def too_large(needed: int, most: int) -> str:
    """Why it is not run, or nothing."""
    return f"it takes {memory(needed)}, more than the {memory(most)} that a run may take" if needed > most else ""


def _said(time: Timing | TooSlow | Refused, budget: float) -> Timing | str:
    if isinstance(time, Refused):
        return time.reason
    return time if isinstance(time, Timing) else f"one run takes {time.seconds:.3g} s, more than its budget of {budget:g} s"


def _timed(one: Series, at: int, found: dict[Job, Timing | str]) -> Series:
    return replace(one, points=tuple(_point(point, (at, place), found) for place, point in enumerate(one.points)))


def _point(point: Point, where: tuple[int, int], found: dict[Job, Timing | str]) -> Point:
    mine = {kind: found[(*where, kind)] for kind in ("forward", "backward") if (*where, kind) in found}
    return replace(
        point,
        times=tuple((kind, time) for kind, time in mine.items() if isinstance(time, Timing)),
        untimed=tuple((kind, reason) for kind, reason in mine.items() if isinstance(reason, str)),
    )
