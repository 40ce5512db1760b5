"""Measure several runs so that a noisy machine slows all of them alike: they take turns, and medians with quartiles are kept."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from statistics import quantiles
from time import perf_counter
from typing import NamedTuple

from convlens.ir.errors import ConvlensError

Run = Callable[[], object]
Make = Callable[[], Run]
"""Makes the tensors, which is not measured, and returns what is."""

TURNS = 50
"""Samples of each run, if its budget lasts."""

LEAST_SAMPLES = 3
LEAST_SAMPLE = 0.001
"""Seconds. A shorter run is repeated within a sample, so that the clock's own steps do not matter."""

HOPELESS = 10
"""A first run of so many budgets is the last one; a shorter one may have been long because it was the first."""

LONG = 0.05
"""Seconds. What takes longer needs no run before each sample to fill the caches again."""


class Timing(NamedTuple):
    """Seconds of one run: the median of the samples, their lower and upper quartile; a sample is the mean of ``runs`` runs."""

    median: float
    low: float
    high: float
    samples: int
    runs: int


class TooSlow(NamedTuple):
    """One run alone took longer than its budget."""

    seconds: float


class Refused(NamedTuple):
    """The run ended in an error; nothing is known of its time."""

    reason: str


def measure(
    makes: Sequence[Make], *, budget: float, clock: Callable[[], float] = perf_counter, keep: bool = True
) -> list[Timing | TooSlow | Refused]:
    """Seconds of each run, in the order of ``makes``.

    Each has two runs to warm up, then gives one sample a turn, `TURNS` at most; after ``budget`` seconds it has no more
    turns, but `LEAST_SAMPLES` in any case. The order changes from turn to turn. Without ``keep`` the tensors are made
    anew for each turn, so that only one run's are in memory.

    >>> ticks = iter(range(100))
    >>> measure([lambda: lambda: None], budget=10, clock=lambda: next(ticks))
    [Timing(median=1.0, low=1.0, high=1.0, samples=8, runs=1)]
    """
    takers = [_Taker(make, budget, clock, keep) for make in makes]
    with _no_collection():
        for turn in range(TURNS):
            for taker in _order(takers, turn):
                taker.turn()
    return [taker.result() for taker in takers]


def _order(takers: Sequence["_Taker"], turn: int) -> Iterator["_Taker"]:
    """Begins with another one each turn, and goes backwards every second turn: nobody always follows the same neighbour."""
    first = turn % max(len(takers), 1)
    order = [*takers[first:], *takers[:first]]
    return iter(order if turn % 2 == 0 else order[::-1])


@contextmanager
def _no_collection() -> Iterator[None]:
    """Python's own collector would take its time out of a sample."""
    was_on = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Taker:
    """One run with the samples that it has given."""

    def __init__(self, make: Make, budget: float, clock: Callable[[], float], keep: bool) -> None:
        self.make = make
        self.budget = budget
        self.clock = clock
        self.keep = keep
        self.run: Run | None = None
        self.each = 0.0
        self.spent = 0.0
        self.runs = 0
        self.samples: list[float] = []
        self.refusal = ""

    def turn(self) -> None:
        if self._done():
            self.run = None
            return
        try:
            self._take()
        except (ConvlensError, RuntimeError, MemoryError) as error:
            self.refusal = str(error)

    def _take(self) -> None:
        run = self.run or self.make()
        if not self.runs:
            self._warm_up(run)
        elif self.each < LONG:
            self._timed(run, 1)
        if not self._too_slow():
            self.samples.append(self._timed(run, self.runs))
        self.run = run if self.keep else None

    def _done(self) -> bool:
        return bool(self.refusal) or self._too_slow() or (self.spent >= self.budget and len(self.samples) >= LEAST_SAMPLES)

    def _too_slow(self) -> bool:
        return not self.samples and self.each > self.budget

    def _warm_up(self, run: Run) -> None:
        """The first run makes plans and buffers; the second says how long one takes."""
        self.runs = 1
        self.each = self._timed(run, 1)
        if self.each <= HOPELESS * self.budget:
            self.each = self._timed(run, 1)
            self.runs = max(1, round(LEAST_SAMPLE / self.each)) if self.each > 0 else 1000

    def _timed(self, run: Run, times: int) -> float:
        """Seconds of one run, the mean of several."""
        start = self.clock()
        for _ in range(times):
            run()
        seconds = self.clock() - start
        self.spent += seconds
        return seconds / times

    def result(self) -> Timing | TooSlow | Refused:
        if self.refusal:
            return Refused(self.refusal)
        if not self.samples:
            return TooSlow(self.each)
        low, median, high = quantiles(self.samples, n=4, method="inclusive")
        return Timing(median, low, high, len(self.samples), self.runs)
