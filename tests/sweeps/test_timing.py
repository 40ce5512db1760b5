"""The measurement with a clock that is made up: what it counts, in which order, and when it stops."""

from collections.abc import Callable

import pytest

from convlens.ir.errors import UsageError
from convlens.sweeps.timing import LEAST_SAMPLES, TURNS, Refused, Timing, TooSlow, measure


class Bench:
    """Runs that move the clock by what they are said to take, and write down that they ran."""

    def __init__(self) -> None:
        self.now = 0.0
        self.log: list[str] = []
        self.made: list[str] = []

    def clock(self) -> float:
        return self.now

    def job(self, name: str, *seconds: float) -> Callable[[], Callable[[], None]]:
        """Its runs take these seconds one after another, the last one for good."""
        left = list(seconds)

        def make() -> Callable[[], None]:
            self.made.append(name)
            return run

        def run() -> None:
            self.log.append(name)
            self.now += left.pop(0) if len(left) > 1 else left[0]

        return make


def test_medians_and_quartiles_by_hand():
    """The warm-up is not counted; before each later sample there is one run that is not counted either."""
    bench = Bench()
    uncounted = 0.004
    times = [0.002, 0.005, 0.001, 0.003, 0.009]
    runs = [0.5, 0.002, times[0], *(second for sample in times[1:] for second in (uncounted, sample))]
    budget = sum(runs) - 0.0001
    (found,) = measure([bench.job("a", *runs)], budget=budget, clock=bench.clock)
    assert found == pytest.approx((0.003, 0.002, 0.005, 5, 1))


def test_they_take_turns_in_changing_order():
    bench = Bench()
    found = measure([bench.job(name, 0.01) for name in "abc"], budget=1000, clock=bench.clock)
    assert [time.samples for time in found] == [TURNS] * 3
    after = "".join(bench.log)
    assert after.startswith("aaabbbccc")
    turns = after[9:].replace("aa", "A").replace("bb", "B").replace("cc", "C")
    assert turns.startswith("ACB" + "CAB" + "CBA")
    assert len(turns) == 3 * (TURNS - 1)


def test_noise_that_comes_and_goes_slows_all_alike():
    """For a while everything takes ten times as long: one after another, the second would look ten times slower."""
    bench = Bench()

    def noisy(name):
        return lambda: (
            lambda: bench.log.append(name) or setattr(bench, "now", bench.now + (0.1 if 100 < len(bench.log) < 140 else 0.01))
        )

    a, b = measure([noisy("a"), noisy("b")], budget=1000, clock=bench.clock)
    assert a.median == pytest.approx(b.median)
    assert a.samples == b.samples == TURNS


def test_short_runs_are_repeated_within_a_sample():
    bench = Bench()
    (found,) = measure([bench.job("a", 0.00001)], budget=1000, clock=bench.clock)
    assert found.runs == 100
    assert found.median == pytest.approx(0.00001)


def test_the_budget_ends_it_but_not_before_there_are_quartiles():
    bench = Bench()
    slow, quick = measure([bench.job("slow", 0.4), bench.job("quick", 0.001)], budget=0.5, clock=bench.clock)
    assert slow.samples == LEAST_SAMPLES
    assert quick.samples == TURNS
    assert bench.log.count("slow") == 2 + LEAST_SAMPLES


def test_a_run_that_is_longer_than_its_budget_is_given_up():
    bench = Bench()
    found = measure([bench.job("never", 9.0), bench.job("late", 1.0), bench.job("ok", 0.1)], budget=0.5, clock=bench.clock)
    assert found[:2] == [TooSlow(9.0), TooSlow(1.0)]
    assert isinstance(found[2], Timing)
    assert (bench.log.count("never"), bench.log.count("late")) == (1, 2)


def test_a_first_run_may_be_long():
    bench = Bench()
    (found,) = measure([bench.job("a", 0.9, 0.001)], budget=0.5, clock=bench.clock)
    assert isinstance(found, Timing)
    assert found.median == pytest.approx(0.001)


def test_a_run_that_fails_says_why_and_the_others_go_on():
    bench = Bench()

    def refused():
        raise UsageError("no kernel for it")

    assert measure([refused, bench.job("a", 0.1)], budget=1, clock=bench.clock)[0] == Refused("no kernel for it")
    assert bench.log.count("a") > LEAST_SAMPLES


def test_tensors_are_made_once_or_for_each_turn():
    for keep, times in ((True, 1), (False, TURNS)):
        bench = Bench()
        measure([bench.job("a", 0.01)], budget=1000, clock=bench.clock, keep=keep)
        assert len(bench.made) == times


def test_the_collector_is_on_again_afterwards():
    import gc

    seen = []
    bench = Bench()
    measure([lambda: lambda: (seen.append(gc.isenabled()), bench.job("a", 1.0)()())], budget=0.1, clock=bench.clock)
    assert seen
    assert not any(seen)
    assert gc.isenabled()


def test_nothing_to_measure():
    assert measure([], budget=1) == []
