"""The figures of one training: what its run folder says at the epoch whose weights are kept."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import isfinite, nan
from statistics import fmean, median
from typing import Any, NamedTuple

from convlens.lang.messages import marked
from convlens.training.record.folder import RunFolder, read_json, read_toml
from convlens.training.record.lines import read_lines


class Measure(NamedTuple):
    """``name`` is marked for the catalogues; ``good`` is 1 where more is better, -1 where less is; ``times`` for people.

    ``exact`` is true of what no seed changes.
    """

    key: str
    name: str
    good: int
    times: float = 1.0
    unit: str = ""
    digits: int = 4
    exact: bool = False


MEASURES = (
    Measure("accuracy", marked("validation accuracy"), 1, 100, "%", 2),
    Measure("loss", marked("validation loss"), -1),
    Measure("test_accuracy", marked("test accuracy"), 1, 100, "%", 2),
    Measure("recall", marked("mean recall of the classes in the test"), 1, 100, "%", 2),
    Measure("train_loss", marked("training loss"), -1),
    Measure("gap", marked("training accuracy less validation accuracy"), -1, 100, "%", 2),
    Measure("wobble", marked("change of the loss from step to step"), -1),
    Measure("seconds", marked("time of training"), -1, 1, "s", 2),
    Measure("cpu_seconds", marked("processor time of training"), -1, 1, "s", 2),
    Measure("speed", marked("examples a second of processor time"), 1, 1, "", 0),
    Measure("memory", marked("most memory"), -1, 1 / 2**20, "MiB", 0),
    Measure("params", marked("parameters"), -1, 1, "", 0, exact=True),
)
BY_KEY = {measure.key: measure for measure in MEASURES}


def figures_of(folder: RunFolder) -> dict[str, float]:
    """One number for every measure, NaN where the run has none."""
    if not folder.done:
        return dict.fromkeys(BY_KEY, nan)
    settings, record, test = read_toml(folder.settings), read_json(folder.record), read_json(folder.test)
    epochs = read_lines(folder.epochs)
    kept = _kept(epochs, patient="patience" in settings)
    tested = bool(test.get("examples"))
    accuracy = _number(kept, "validation_accuracy", test["accuracy"] if tested else nan)
    cpu, examples = _sum(epochs, "cpu_seconds"), sum(_examples(row) for row in epochs)
    return {
        "accuracy": accuracy,
        "loss": _number(kept, "validation_loss", test["loss"] if tested else nan),
        "test_accuracy": float(test["accuracy"]) if tested else nan,
        "recall": _recall(test["confusion"]) if tested else nan,
        "train_loss": _number(kept, "train_loss"),
        "gap": _number(kept, "train_accuracy") - accuracy,
        "wobble": _wobble(folder),
        "seconds": _sum(epochs, "seconds"),
        "cpu_seconds": cpu,
        "speed": examples / cpu if cpu > 0 else nan,
        "memory": max((_number(row, "peak_bytes") for row in epochs), default=nan),
        "params": float(record["params"]),
    }


def resolution_of(folder: RunFolder, key: str) -> float:
    """The step in which a share of the examples comes; 0 for what is no share."""
    if key not in ("accuracy", "test_accuracy", "recall", "gap"):
        return 0.0
    parts = read_json(folder.record)["parts"]
    count = parts["validation"] if key in ("accuracy", "gap") and parts["validation"] else parts["test"]
    return 1 / count if count else 0.0


def _kept(epochs: Sequence[Mapping[str, Any]], *, patient: bool) -> Mapping[str, Any]:
    """The last epoch, or with patience the one of the least validation loss."""
    if not epochs:
        return {}
    return min(epochs, key=lambda row: _number(row, "validation_loss", 0.0)) if patient else epochs[-1]


def _number(row: Mapping[str, Any], key: str, otherwise: float = nan) -> float:
    value = row.get(key, otherwise)
    return float(value) if isinstance(value, int | float) else nan


def _examples(row: Mapping[str, Any]) -> float:
    """How many an epoch has seen; one that iterations ended is not whole."""
    return _number(row, "examples_per_second", 0.0) * _number(row, "seconds", 0.0)


def _sum(rows: Sequence[Mapping[str, Any]], key: str) -> float:
    return sum(value for row in rows if isfinite(value := _number(row, key)))


def _recall(confusion: Sequence[Sequence[int]]) -> float:
    """Of the classes that have examples."""
    shares = [row[at] / sum(row) for at, row in enumerate(confusion) if sum(row)]
    return fmean(shares) if shares else nan


def _wobble(folder: RunFolder) -> float:
    """The median change from one step to the next, in the second half of the steps."""
    losses = [_number(row, "loss") for row in read_lines(folder.steps)]
    half = losses[len(losses) // 2 :]
    changes = [abs(after - before) for before, after in pairwise(half)]
    return median(changes) if changes else nan
