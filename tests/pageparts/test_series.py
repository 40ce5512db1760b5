"""Curves for a page: what is thinned covers every point, what is smoothed is a mean, nothing that is not finite gets out."""

import json
from math import inf, isfinite, isnan, nan
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlens.pageparts.assembly import embedded
from convlens.pageparts.series import Chart, Panel, Series, extremes, rounded, smoothed, thinned

NUMBERS = st.lists(st.floats(-1e6, 1e6) | st.sampled_from([nan, inf, -inf]), max_size=60)


@given(st.integers(0, 5000), st.integers(1, 700))
def test_every_point_is_in_one_stretch(count: int, most: int) -> None:
    stretches = thinned(count, most)
    assert len(stretches) == min(count, most)
    assert [at for first, stop in stretches for at in range(first, stop)] == list(range(count))


@given(NUMBERS, st.integers(1, 20))
def test_extremes_hold_every_finite_value(values: list[float], most: int) -> None:
    stretches = thinned(len(values), most)
    low, high = extremes(values, stretches)
    for (first, stop), least, greatest in zip(stretches, low, high, strict=True):
        known = [value for value in values[first:stop] if isfinite(value)]
        assert (isnan(least) and isnan(greatest)) if not known else (least, greatest) == (min(known), max(known))


@given(NUMBERS, st.integers(1, 20))
def test_smoothing_is_the_mean_of_a_window(values: list[float], width: int) -> None:
    for at, found in enumerate(smoothed(values, width, range(len(values)))):
        near = [
            value for place, value in enumerate(values) if at - (width - 1) // 2 <= place <= at + width // 2 and isfinite(value)
        ]
        assert isnan(found) if not isfinite(values[at]) else found == pytest.approx(fmean(near), abs=1e-6)


def test_smoothing_is_not_late() -> None:
    """A step that falls in the middle is seen in the middle; a mean of what came before would fall later."""
    values = [1.0] * 50 + [0.0] * 50
    found = smoothed(values, 11, range(100))
    assert found[49] > 0.5 > found[50]


@given(NUMBERS)
def test_what_is_not_finite_is_null(values: list[float]) -> None:
    record = Chart([("x", {"a": values})], [Panel("p", [Series("s", "a", values, values, values)])]).record()
    assert json.loads(embedded(record))["panels"][0]["series"][0]["y"] == rounded(values)
    assert [one is None for one in rounded(values)] == [not isfinite(value) for value in values]


def test_a_panel_without_curves_is_left_out() -> None:
    assert Chart([("x", {})], [Panel("p", [])]).record()["panels"] == []
