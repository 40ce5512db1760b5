"""Curves of a study: each variant is the mean of its seeds, with a band from the least to the greatest of them."""

from collections.abc import Sequence
from math import isfinite, nan
from statistics import fmean
from typing import Any

from convlens.lang.sentence import in_language
from convlens.pageparts.series import Chart, Panel, Series, smoothed, thinned
from convlens.studies.results import Results
from convlens.training.pages.curves import WORDS
from convlens.training.record.folder import RunFolder
from convlens.training.record.lines import read_lines

POINTS = 120
"""Of a curve of steps, smoothed over twice their distance."""

Rows = list[dict[str, Any]]
TRAINING_LOSS = {"en": "training loss", "zh": "训练损失"}
VALIDATION_LOSS = {"en": "validation loss", "zh": "验证损失"}
ACCURACY = {"en": "validation accuracy", "zh": "验证准确率"}
TRIAL = {"en": "trial", "zh": "试验"}
BEST = {"en": "best so far", "zh": "目前最佳"}
EACH = {"en": "each trial", "zh": "每次试验"}


def study_chart(results: Results) -> dict[str, Any]:
    """Loss and accuracy against steps, epochs and time."""
    drawn = [_Drawn(results, row) for row in range(len(results.variants))]
    axes = [(WORDS[key], {x: xs for one in drawn for x, xs in one.places(key).items()}) for key in ("step", "epoch", "seconds")]
    panels = (
        Panel(TRAINING_LOSS, [one.losses() for one in drawn if one.steps], log=True, height=240),
        Panel(VALIDATION_LOSS, [one.epoch_series("validation_loss", 1) for one in drawn if one.judged], log=True),
        Panel(ACCURACY, [one.epoch_series("validation_accuracy", 100) for one in drawn if one.judged], unit="%"),
    )
    return Chart(axes, panels).record()


def search_chart(values: Sequence[tuple[int, float]]) -> dict[str, Any]:
    """The accuracy of every finished trial, and the best so far."""
    numbers = [float(number) for number, _ in values]
    heights = [100 * value for _, value in values]
    best = [max(heights[: at + 1]) for at in range(len(heights))]
    series = [Series(EACH, "t", heights, colour=1, form="faint"), Series(BEST, "t", best)] if values else []
    return Chart([(TRIAL, {"t": numbers})], [Panel(ACCURACY, series, unit="%")]).record()


class _Drawn:
    """The curves of one variant."""

    def __init__(self, results: Results, row: int) -> None:
        variant = results.variants[row]
        runs = [results.folder.run(outcome.trial) for outcome in results.outcomes if outcome.trial.variant == variant]
        self.row = row
        self.label = {lang: in_language(lang, variant.name) for lang in ("en", "zh")}
        self.epochs: list[Rows] = [rows for run in runs if (rows := read_lines(run.epochs))]
        self.steps: list[Rows] = [rows for run in runs if (rows := _steps(run))]
        self.judged = any("validation_loss" in row for rows in self.epochs for row in rows)

    def places(self, key: str) -> dict[str, list[float]]:
        """Where its points lie on an axis: those of epochs, and those of steps."""
        stretches = self._stretches()
        steps = [_mean(self.steps, stop - 1, key) for _, stop in stretches]
        longest = max(map(len, self.epochs), default=0)
        ends = self._clock(longest) if key == "seconds" else [_mean(self.epochs, at, key) for at in range(longest)]
        return {f"s{self.row}": steps, f"e{self.row}": ends}

    def losses(self) -> Series:
        """The loss of the steps, smoothed."""
        stretches = self._stretches()
        middles = [(first + stop - 1) // 2 for first, stop in stretches]
        width = max(1, 2 * (stretches[0][1] - stretches[0][0])) if stretches else 1
        curves = []
        for rows in self.steps:
            values = [_number(row.get("loss")) for row in rows]
            curves.append(smoothed(values, width, [min(middle, len(values) - 1) for middle in middles]))
        return self._series(f"s{self.row}", [list(column) for column in zip(*curves, strict=True)])

    def epoch_series(self, key: str, times: float) -> Series:
        longest = max(map(len, self.epochs), default=0)
        columns = [[times * _number(rows[at].get(key)) for rows in self.epochs if at < len(rows)] for at in range(longest)]
        return self._series(f"e{self.row}", columns)

    def _series(self, x: str, columns: Sequence[Sequence[float]]) -> Series:
        known = [[value for value in column if isfinite(value)] for column in columns]
        mean, low, high = ([take(column) if column else nan for column in known] for take in (fmean, min, max))
        if max(len(self.steps), len(self.epochs)) < 2:
            return Series(self.label, x, mean, colour=self.row)
        return Series(self.label, x, mean, low, high, colour=self.row)

    def _stretches(self) -> list[tuple[int, int]]:
        return thinned(max(map(len, self.steps), default=0), POINTS)

    def _clock(self, longest: int) -> list[float]:
        return [
            fmean([sum(_number(row.get("seconds")) for row in rows[: at + 1]) for rows in self.epochs if at < len(rows)])
            for at in range(longest)
        ]


def _steps(run: RunFolder) -> Rows:
    """Its steps; their clock, which begins anew with each epoch, goes on over all of them here."""
    rows, before, last, epoch = read_lines(run.steps), 0.0, 0.0, 0
    for row in rows:
        seconds, number = _number(row.get("seconds")), -int(-_number(row.get("epoch")) // 1)
        if number != epoch:
            before, epoch = before + last, number
        last = seconds
        row["seconds"] = before + seconds
    return rows


def _mean(several: Sequence[Rows], at: int, key: str) -> float:
    values = [value for rows in several if at < len(rows) and isfinite(value := _number(rows[at].get(key)))]
    return fmean(values) if values else nan


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else nan
