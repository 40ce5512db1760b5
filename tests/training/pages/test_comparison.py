"""Runs beside one another: what differs, and what the seed alone does."""

from math import nan
from pathlib import Path
from statistics import fmean, stdev

import pytest

from convlens.training.pages.comparison import differing, groups, labels, seed_chart, spread
from convlens.training.pages.page import page_record
from convlens.training.pages.reading import RunReading
from convlens.training.pages.readings import read_run
from tests.training.pages.folders import write_run


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[RunReading]:
    place = tmp_path_factory.mktemp("runs")
    kept = [
        write_run(place / f"r{rate}-{seed}", seed=seed, learning_rate=rate, epochs=2, name="same")
        for rate in (0.002, 0.02)
        for seed in (0, 1)
    ]
    return [read_run(folder) for folder in kept]


def test_only_what_differs_is_told(runs: list[RunReading]) -> None:
    assert differing(runs) == {"learning_rate": ("0.002", "0.002", "0.02", "0.02"), "seed": ("0", "1", "0", "1")}
    assert differing(runs[:1]) == {}


def test_runs_of_one_name_are_called_by_their_settings(runs: list[RunReading]) -> None:
    assert labels(runs)[1] == "learning_rate=0.002 seed=1"
    assert labels([runs[0], runs[0]]) == ("same (1)", "same (2)")


def test_seeds_are_grouped(runs: list[RunReading]) -> None:
    assert [group.runs for group in groups(runs)] == [(0, 1), (2, 3)]
    assert [group.label for group in groups(runs)] == ["learning_rate=0.002 × 2", "learning_rate=0.02 × 2"]


def test_the_spread_is_that_of_a_sample() -> None:
    values = [0.9, 0.93, 0.95]
    assert spread([*values, nan]) == (3, fmean(values), pytest.approx(stdev(values)), 0.9, 0.95)
    assert spread([0.5]).deviation is None


def test_the_mean_of_the_seeds_has_the_band_of_the_seeds(runs: list[RunReading]) -> None:
    chart = seed_chart(runs, groups(runs))
    accuracy = chart["panels"][-1]["series"][0]
    wanted = [[100 * run.epochs["validation_accuracy"][at] for run in runs[:2]] for at in range(2)]
    assert accuracy["y"] == [pytest.approx(fmean(row), rel=1e-3) for row in wanted]
    assert accuracy["low"] == [pytest.approx(min(row), rel=1e-3) for row in wanted]
    assert accuracy["high"] == [pytest.approx(max(row), rel=1e-3) for row in wanted]
    assert seed_chart(runs[1:3], groups(runs[1:3])) is None


def test_the_record_has_the_final_figures(runs: list[RunReading]) -> None:
    record = page_record(runs)["comparison"]
    accuracies = [run.test.accuracy for run in runs[2:]]
    assert record["groups"][1]["accuracy"][1] == pytest.approx(fmean(accuracies))


def test_a_run_that_is_still_going_on_stands_beside_the_others(runs: list[RunReading], tmp_path: Path) -> None:
    from tests.training.pages.folders import cut_off

    short = read_run(cut_off(write_run(tmp_path / "short", seed=5, learning_rate=0.002, epochs=2, name="same")))
    found = groups([*runs, short])
    assert found[0].runs == (0, 1, 4)
    chart = seed_chart([*runs, short], found)
    assert len(chart["panels"][-1]["series"][0]["y"]) == 2
