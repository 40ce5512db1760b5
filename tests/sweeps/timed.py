"""A sweep with times that are made up: what is said about them can be tested without a clock."""

from collections.abc import Callable
from dataclasses import replace

from convlens.sweeps.machine import Machine
from convlens.sweeps.points import Point
from convlens.sweeps.sweep import Sweep, planned
from convlens.sweeps.timing import Timing

MACHINE = Machine("Some <Processor> & Sons", 8, 4, "Linux x86_64", "2.0", "3.11", "2026-01-02", (0.1, 0.2))


def made_up(call: str, shape: tuple[int, ...], over: dict, seconds: Callable[[Point], float], spread: float = 0.05) -> Sweep:
    """Each call takes ``seconds``; its quartiles are so much below and above."""

    def timed(point: Point) -> Point:
        if point.figures is None:
            return point
        median = seconds(point)
        return replace(point, times=(("forward", Timing(median, median * (1 - spread), median * (1 + spread), 9, 1)),))

    found = planned(call, shape, over)
    series = tuple(replace(one, points=tuple(map(timed, one.points))) for one in found.series)
    return Sweep(found.signature, found.spec, series, MACHINE, "", 0.5)
