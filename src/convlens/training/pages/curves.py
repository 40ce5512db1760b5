"""The curves of runs: loss, and the learning rate under it on the same axis; accuracy; the length of the gradient."""

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any

from convlens.pageparts.series import MOST, Chart, Panel, Series, extremes, smoothed, thinned
from convlens.training.pages.reading import RunReading

SMOOTH = 50
"""The loss is smoothed over this part of the steps."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "loss": {"en": "loss", "zh": "损失"},
    "rate": {"en": "learning rate", "zh": "学习率"},
    "accuracy": {"en": "accuracy", "zh": "准确率"},
    "gradient": {"en": "length of the gradient", "zh": "梯度的长度"},
    "step": {"en": "step", "zh": "步"},
    "epoch": {"en": "epoch", "zh": "轮次"},
    "seconds": {"en": "seconds", "zh": "秒"},
    "each": {"en": "training, each step", "zh": "训练集，每一步"},
    "train": {"en": "training", "zh": "训练集"},
    "validation": {"en": "validation", "zh": "验证集"},
}


def run_chart(runs: Sequence[RunReading], labels: Sequence[str]) -> dict[str, Any]:
    """All runs in one chart, each with its colour; a single one has a colour for each part instead."""
    drawn = [_Drawn(run, label, at, len(runs) == 1) for at, (run, label) in enumerate(zip(runs, labels, strict=True))]
    axes = [(WORDS[key], {x: xs for one in drawn for x, xs in one.places(key).items()}) for key in ("step", "epoch", "seconds")]
    panels = (
        Panel(WORDS["loss"], _all(one.losses() for one in drawn), log=True, height=260),
        Panel(WORDS["rate"], _all(one.rates() for one in drawn), log=True, height=110),
        Panel(WORDS["accuracy"], _all(one.accuracies() for one in drawn), unit="%"),
        Panel(WORDS["gradient"], _all(one.gradients() for one in drawn), log=True, height=130),
    )
    return Chart([axis for axis in axes if any(map(_known, axis[1].values()))], panels).record()


def span_of(run: RunReading) -> int:
    """Steps over which the loss is smoothed."""
    return max(1, len(run.steps["loss"]) // SMOOTH)


class _Drawn:
    """The series of one run."""

    def __init__(self, run: RunReading, label: str, number: int, single: bool) -> None:
        self.run, self.label, self.number, self.single = run, label, number, single
        self.stretches = thinned(len(run.steps["loss"]), MOST)
        self.of_steps, self.of_epochs = f"s{number}", f"e{number}"

    def places(self, axis: str) -> dict[str, list[float]]:
        """Of the steps that are drawn, and of the ends of the epochs."""
        if axis == "step":
            return {self.of_steps: self._last("step"), self.of_epochs: list(self.run.epochs["step"])}
        if axis == "epoch":
            return {self.of_steps: self._last("epoch"), self.of_epochs: self.run.epoch_ends}
        return {
            self.of_steps: _clock(self.run.steps["seconds"], self.run.steps["epoch"], self.stretches),
            self.of_epochs: _sums(self.run.epochs["seconds"]),
        }

    def losses(self) -> list[Series]:
        raw = self.run.steps["loss"]
        low, high = extremes(raw, self.stretches)
        ends = self._smooth("loss")
        validation = self._epochs("validation", "validation_loss", 1)
        if not self.single:  # a curve and a band more for every run would hide the others
            return _known_series(
                [Series(self._name("train"), self.of_steps, ends, colour=self.number, form="dashed"), validation]
            )
        each = Series(WORDS["each"], self.of_steps, ends, low, high, 0, "faint")
        return _known_series([each, self._epochs("train", "train_loss", 0), validation])

    def rates(self) -> list[Series]:
        name = WORDS["rate"] if self.single else self.label
        return _known_series([Series(name, self.of_steps, self._last("learning_rate"), colour=self._colour(2))])

    def accuracies(self) -> list[Series]:
        return _known_series([self._epochs("train", "train_accuracy", 0), self._epochs("validation", "validation_accuracy", 1)])

    def gradients(self) -> list[Series]:
        low, high = extremes(self.run.steps["gradient_norm"], self.stretches)
        name = WORDS["gradient"] if self.single else self.label
        ends = self._smooth("gradient_norm")
        if not self.single:
            low, high = [], []
        return _known_series([Series(name, self.of_steps, ends, low, high, self._colour(3), "faint")])

    def _epochs(self, part: str, key: str, colour: int) -> Series:
        times = 100 if key.endswith("accuracy") else 1
        values = [times * value for value in self.run.epochs[key]]
        form = "dashed" if part == "train" else "line"
        return Series(self._name(part), self.of_epochs, values, colour=self._colour(colour), form=form)

    def _name(self, part: str) -> Mapping[str, str]:
        if self.single:
            return WORDS[part]
        return {lang: f"{self.label} · {WORDS[part][lang]}" for lang in ("en", "zh")}

    def _colour(self, part: int) -> int:
        return part if self.single else self.number

    def _smooth(self, key: str) -> list[float]:
        return smoothed(self.run.steps[key], span_of(self.run), [stop - 1 for _, stop in self.stretches])

    def _last(self, key: str) -> list[float]:
        """The value at the end of each stretch."""
        return [self.run.steps[key][stop - 1] for _, stop in self.stretches]


def _clock(seconds: Sequence[float], epochs: Sequence[float], stretches: Sequence[tuple[int, int]]) -> list[float]:
    """Seconds since the beginning at the ends of the stretches; those of the steps begin anew with each epoch.

    A new one is told by seconds that fall, and by a step behind a whole number of epochs: a single step may take longer
    than the whole epoch before it. Of very short steps several are rounded to a whole number.
    """
    since, before, last, epoch, ended = [], 0.0, 0.0, 0.0, 0.0
    for value, place in zip(seconds, epochs, strict=True):
        if isfinite(value):
            if value < last or (epoch.is_integer() and ended < epoch < place):
                before, ended = before + last, epoch
            last, epoch = value, place
        since.append(before + value)
    return [since[stop - 1] for _, stop in stretches]


def _sums(values: Iterable[float]) -> list[float]:
    found, total = [], 0.0
    for value in values:
        total += value
        found.append(total)
    return found


def _known(values: Sequence[float]) -> bool:
    return any(map(isfinite, values))


def _known_series(series: Sequence[Series]) -> list[Series]:
    return [one for one in series if _known(one.y)]


def _all(parts: Iterable[list[Series]]) -> list[Series]:
    return [one for part in parts for one in part]
