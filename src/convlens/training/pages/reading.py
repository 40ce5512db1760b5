"""What was read of a run's folder: whatever is missing is None or empty, and ``remarks`` say what and why."""

from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite, nan
from pathlib import Path
from typing import Any, NamedTuple

from convlens.lang.remark import Remark
from convlens.training.pages.files import Column
from convlens.training.pages.settings import Chosen
from convlens.training.pages.tensors import Array
from convlens.training.record.going_on import resume_command

STEP_KEYS = ("step", "epoch", "loss", "learning_rate", "gradient_norm", "seconds")
EPOCH_KEYS = (
    "epoch", "step", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "learning_rate", "seconds",
    "cpu_seconds", "examples_per_second", "peak_bytes",
)  # fmt: skip


class Predictions(NamedTuple):
    """Of the test part: probabilities (N, K) float32, labels (N,) int64."""

    probabilities: Array
    labels: Array


class Test(NamedTuple):
    """Figures of the test part; ``confusion`` has a row for each true class, () where there is none."""

    accuracy: float
    loss: float
    confusion: tuple[tuple[int, ...], ...]
    groups: dict[str, float]
    seconds: float


class Mistakes(NamedTuple):
    """Stored rows (M, ...) that were taken for another class, the surest first; labels and predicted are places of classes."""

    rows: Array
    labels: Array
    predicted: Array
    probability: Array
    names: tuple[str, ...]


class Kernels(NamedTuple):
    """The weights (out, in, ...) of the first convolution, and the name of its layer."""

    name: str
    weights: Array


@dataclass(frozen=True)
class RunReading:
    """One run. ``title`` is its folder's name and its recipe; ``steps`` and ``epochs`` are columns by key; ``parts`` how many
    examples each part of the split has.
    """

    folder: Path
    name: str
    network: str
    data: str
    settings: tuple[Chosen, ...]
    steps: dict[str, Column]
    epochs: dict[str, Column]
    classes: tuple[str, ...] = ()
    title: str = ""
    parts: dict[str, int] = field(default_factory=dict)
    params: int | None = None
    macs: int | None = None
    input: tuple[int, ...] = ()
    command: str = ""
    started: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    machine: dict[str, str] = field(default_factory=dict)
    fingerprint: str = ""
    program: str = ""
    """The network as the run names it, which the command to go on needs whole."""
    said: tuple[dict[str, str], ...] = ()
    preparation: dict[str, Any] = field(default_factory=dict)
    test: Test | None = None
    predictions: Predictions | None = None
    mistakes: Mistakes | None = None
    kernels: Kernels | None = None
    remarks: tuple[Remark, ...] = ()

    @property
    def network_name(self) -> str:
        """Of a network in a file the file's name, without the folders that lead to it."""
        return self.network.replace("\\", "/").rpartition("/")[2].removesuffix(".txt")

    @cached_property
    def epoch_ends(self) -> list[float]:
        """Where on the axis of epochs each record of an epoch stands: the last within one, where the iterations ended there."""
        ends = set(self.epochs["step"])
        places = {step: epoch for step, epoch in zip(self.steps["step"], self.steps["epoch"], strict=True) if step in ends}
        return [places.get(step, epoch) for step, epoch in zip(self.epochs["step"], self.epochs["epoch"], strict=True)]

    @property
    def epochs_done(self) -> float:
        """Up to the last record of an epoch."""
        ends = self.epoch_ends
        return _hundredths(ends[-1]) if ends and isfinite(ends[-1]) else len(ends)

    @property
    def epochs_wanted(self) -> float:
        """By the steps where the setting `iterations` says how many."""
        iterations = self.value("iterations")
        return _hundredths(iterations / self._per_epoch()) if iterations else int(self.value("epochs"))

    def _per_epoch(self) -> float:
        """Steps of an epoch: by the last step, where there is none by the settings, 1 where these do not tell it."""
        step, epoch = (self.steps[key][-1] if self.steps[key] else nan for key in ("step", "epoch"))
        if step > 0 and epoch > 0:
            return max(1.0, step / epoch)
        batch, count = self.value("batch"), self.parts.get("train", 0)
        return max(1, -(-count // (batch * self.value("accumulate")))) if isinstance(batch, int) else 1

    @property
    def cut_off(self) -> bool:
        """It has no test figures: it was stopped, or is still going on."""
        return self.test is None

    @property
    def resume(self) -> str:
        """The command by which it goes on."""
        return resume_command(self.folder, self.program)

    @property
    def seconds(self) -> float:
        """Of all epochs that were finished."""
        return sum(one for one in self.epochs["seconds"] if one == one)  # noqa: PLR0124 - only a NaN differs from itself

    def value(self, name: str) -> Any:
        """Of one setting."""
        return next(one.value for one in self.settings if one.setting.name == name)

    def class_name(self, at: int) -> str:
        """Its place where it has no name."""
        return (self.classes[at] if 0 <= at < len(self.classes) else "") or str(at)

    def summary_text(self, lang: str = "en") -> str:
        """What a terminal shows of the run."""
        from convlens.training.pages.summary import summary_text  # noqa: PLC0415 - the words are made of a reading

        return summary_text(self, lang)


def _hundredths(value: float) -> float:
    """At most two digits behind the point, none of a whole number."""
    near = round(value, 2)
    return int(near) if near.is_integer() and abs(near) < 2**53 else near
