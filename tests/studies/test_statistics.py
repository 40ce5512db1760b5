"""Verdicts: false winners are as rare as is said, true ones are found as often as is computed, SciPy's tests agree."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from convlens.studies.statistics import Comparison, compare, holm, power, seeds_for

STUDIES = 1000
BOUND = 2.58 * (0.05 * 0.95 / 20_000) ** 0.5
"""Monte Carlo: 99 of 100 repetitions of 20,000 studies with 5 % stay within this of 5 %."""


def simulated(studies: int, variants: int, seeds: int, effect: float = 0.0, seed: int = 0) -> Comparison:
    """Studies whose baseline and variants share the luck of a seed, as trainings do, and have noise of their own."""
    draw = np.random.default_rng(seed)
    luck = draw.normal(0, 0.01, (studies, 1, seeds))
    figures = 0.9 + luck + draw.normal(0, 0.005, (studies, variants + 1, seeds))
    figures[:, 1:] += effect
    return compare(figures[:, 1:], figures[:, 0])


@pytest.mark.parametrize(("variants", "seeds"), [(1, 3), (3, 3), (5, 5), (10, 3), (20, 10)])
def test_a_false_winner_in_at_most_5_percent_of_1000_null_studies(variants: int, seeds: int) -> None:
    found = simulated(STUDIES, variants, seeds)
    winners = (found.better > 0).any(axis=1).mean()
    assert winners <= 0.05


@pytest.mark.parametrize(("variants", "seeds"), [(1, 3), (5, 3), (5, 10)])
def test_any_false_verdict_is_within_the_bound_of_monte_carlo(variants: int, seeds: int) -> None:
    found = simulated(20_000, variants, seeds, seed=1)
    wrong = (found.better != 0).any(axis=1).mean()
    assert wrong <= 0.05 + BOUND


def test_without_holm_the_gate_would_fail() -> None:
    draw = np.random.default_rng(2)
    figures = draw.normal(0.9, 0.005, (20_000, 6, 3))
    raw = stats.ttest_rel(figures[:, 1:], figures[:, :1], axis=-1).pvalue
    assert (raw <= 0.05).any(axis=1).mean() > 0.05 + BOUND


@pytest.mark.parametrize(("effect", "seeds"), [(0.005, 5), (0.01, 3), (0.02, 4)])
def test_power_is_as_computed(effect: float, seeds: int) -> None:
    found = simulated(20_000, 1, seeds, effect, seed=3)
    noise = 0.005 * 2**0.5
    assert (found.better > 0).mean() == pytest.approx(power(effect, noise, seeds), abs=0.011)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    found = simulated(20_000, 1, 4, 0.01, seed=4)
    held = ((found.low <= 0.01) & (found.high >= 0.01)).mean()
    assert held == pytest.approx(0.95, abs=0.005)


def test_figures_are_those_of_scipy() -> None:
    draw = np.random.default_rng(5)
    one, other = draw.normal(0.9, 0.01, (2, 7))
    ours, theirs = compare(one[None], other), stats.ttest_rel(one, other)
    assert ours.p[0] == pytest.approx(theirs.pvalue)
    assert (ours.low[0], ours.high[0]) == pytest.approx(tuple(theirs.confidence_interval()))


def test_where_seeds_do_not_pair_it_is_welch() -> None:
    nan = np.nan
    one, other = np.array([0.9, 0.92, nan, nan, nan]), np.array([nan, nan, 0.8, 0.83, 0.82])
    ours = compare(one[None], other)
    theirs = stats.ttest_ind(one[:2], other[2:], equal_var=False)
    assert ours.p[0] == pytest.approx(theirs.pvalue)
    assert (ours.low[0], ours.high[0]) == pytest.approx(tuple(theirs.confidence_interval()))


@pytest.mark.parametrize("figures", [[0.9], [0.9, np.nan], [np.nan, np.nan]])
def test_one_seed_gives_no_verdict(figures: list[float]) -> None:
    found = compare(np.array([figures]), np.full(len(figures), 0.5))
    assert not found.known[0]
    assert found.better[0] == 0


def test_a_spread_of_nothing_is_not_believed() -> None:
    found = compare(np.array([[0.5, 0.5, 0.5]]), np.array([0.4, 0.4, 0.4]))
    assert found.better[0] == 0
    rounded = compare(np.array([[0.95, 0.95, 0.95]]), np.array([0.9, 0.9, 0.9]), resolution=0.05)
    assert rounded.better[0] == 0
    fine = compare(np.array([[0.95, 0.95, 0.95]]), np.array([0.9, 0.9, 0.9]), resolution=0.0001)
    assert fine.better[0] == 1


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_rejects_what_its_steps_reject(values: list[float]) -> None:
    p = np.array(values)
    adjusted, level = holm(p)
    expected = np.zeros(len(p), bool)
    for place, at in enumerate(np.argsort(p)):
        if p[at] > 0.05 / (len(p) - place):
            break
        expected[at] = True
    assert ((adjusted <= 0.05) == expected).all() or np.isclose(adjusted, 0.05).any()
    assert ((p <= level) == expected).all() or np.isclose(p, level).any()


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 6), st.integers(1, 5))
def test_the_interval_leaves_out_0_exactly_where_there_is_a_verdict(seed: int, seeds: int, variants: int) -> None:
    draw = np.random.default_rng(seed)
    found = compare(draw.normal(0, 1, (variants, seeds)) + draw.normal(0, 3, (variants, 1)), draw.normal(0, 1, seeds))
    outside = (found.low > 0) | (found.high < 0)
    assert (outside == (found.better != 0)).all()


def test_more_noise_needs_more_seeds() -> None:
    assert (seeds_for(0.01, 0.005), seeds_for(0.01, 0.02)) == (5, 34)
    assert seeds_for(0.0001, 1.0, most=20) is None
