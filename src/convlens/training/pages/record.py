"""Everything that the page of a run shows, as one JSON value. What is not finite is null."""

from collections.abc import Sequence
from math import inf, isfinite
from typing import Any

from convlens.lang.messages import said_as, spaced
from convlens.pageparts.series import rounded
from convlens.training.pages.calibration import Calibration
from convlens.training.pages.confusion import ClassFigures, accuracy, class_figures, macro_recall, worst_pairs
from convlens.training.pages.pictures import kernel_sheet, pixels, sentence, uri
from convlens.training.pages.published import published
from convlens.training.pages.reading import RunReading
from convlens.training.pages.settings import Chosen, shown
from convlens.training.pages.summary import calibrated, pair_text
from convlens.training.pages.verdict import verdict

LANGUAGES = ("en", "zh")
MOST_EPOCHS = 200
"""Rows of the table of times; of more, the last."""

MOST_CLASSES = 40
"""A table of more classes is a picture: its cells would be too small to read."""

MOST_GROUPS = 100


def run_record(run: RunReading, label: str, mistakes: int) -> dict[str, Any]:
    """One run, with at most so many of its mistakes as pictures."""
    found = calibrated(run)
    return {
        "label": label,
        "name": run.name,
        "title": run.title or run.name,
        "network": run.network_name,
        "data": run.data,
        "cut": run.cut_off,
        "verdict": {lang: verdict(run, found, lang) for lang in LANGUAGES},
        "remarks": {lang: [spaced(one.text(lang)) for one in run.remarks] for lang in LANGUAGES},
        "said": {lang: [one[lang] for one in run.said] for lang in LANGUAGES},
        "figures": figures(run, found),
        "values": [shown(one.value) for one in run.settings],
        "published": [[one.network, one.accuracy, one.params, one.source] for one in published(run)],
        "confusion": confusion_record(run),
        "mistakes": mistakes_record(run, mistakes),
        "kernels": kernels_record(run),
        "calibration": calibration_record(found),
        "groups": groups_record(run),
        "epochs": epochs_record(run),
        "about": {"input": "x".join(map(str, run.input)), "classes": len(run.classes), "parts": run.parts, "started": run.started,
                  "versions": run.versions, "machine": run.machine, "fingerprint": run.fingerprint},
        "command": run.command,
        "resume": run.resume,
    }  # fmt: skip


def figures(run: RunReading, found: Calibration | None) -> dict[str, Any]:
    """Numbers that stand at the head of the page and in a comparison."""
    table = run.test.confusion if run.test else ()
    peaks = [value for value in run.epochs["peak_bytes"] if isfinite(value)]
    return {
        "accuracy": known(run.test.accuracy) if run.test else None,
        "loss": known(run.test.loss) if run.test else None,
        "macro": macro_recall(table) if table else None,
        "ece": found.expected if found else None,
        "params": run.params,
        "macs": run.macs,
        "seconds": known(run.seconds),
        "cpu": known(sum(value for value in run.epochs["cpu_seconds"] if isfinite(value))) or None,
        "rate": mean([value for value in run.epochs["examples_per_second"] if isfinite(value)]),
        "peak": int(max(peaks)) if peaks and max(peaks) < 2**62 else None,
        "testSeconds": known(run.test.seconds) if run.test else None,
        "done": run.epochs_done,
        "wanted": run.epochs_wanted,
        "steps": len(run.steps["step"]),
    }


def known(value: float) -> float | None:
    return value if isfinite(value) else None


def mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def settings_record(settings: Sequence[Chosen]) -> list[dict[str, Any]]:
    """The table of settings: what each does, and why its default is what it is, in both languages."""
    return [
        {
            "name": one.setting.name,
            "option": one.setting.option,
            "group": one.setting.group,
            "default": shown(one.setting.default),
            "meaning": {lang: said_as(lang, one.setting.meaning) for lang in LANGUAGES},
            "reason": {lang: said_as(lang, one.setting.reason) for lang in LANGUAGES},
        }
        for one in settings
    ]


def confusion_record(run: RunReading) -> dict[str, Any] | None:
    """Counts, recall and precision by class, the worst pairs in words; of very many classes a picture instead of counts."""
    if run.test is None or not run.test.confusion:
        return None
    counts = run.test.confusion
    few = len(counts) <= MOST_CLASSES
    pairs = worst_pairs(counts)
    by_class = class_figures(counts)
    order = range(len(counts)) if few else sorted(range(len(counts)), key=lambda at: _recall(by_class[at]))[:MOST_CLASSES]
    return {
        "counts": [list(row) for row in counts] if few else None,
        "picture": None if few else _heat(counts),
        "names": [run.class_name(at) for at in order],
        "classes": [[one.true, one.predicted, one.recall, one.precision, one.f1] for one in (by_class[at] for at in order)],
        "accuracy": accuracy(counts),
        "pairs": [list(pair) for pair in pairs],
        "words": {lang: [pair_text(run, lang, pair) for pair in pairs] for lang in LANGUAGES},
    }


def _recall(figures: ClassFigures) -> float:
    """For sorting: a class without a test example comes last."""
    return inf if figures.recall is None else figures.recall


def _heat(counts: Sequence[Sequence[int]]) -> str:
    """Shares of the rows, darker where larger."""
    import numpy as np  # noqa: PLC0415 - only here

    table = np.asarray(counts, dtype=np.float64)
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    return uri(np.rint(255 * (1 - np.sqrt(shares))).astype(np.uint8))


def mistakes_record(run: RunReading, most: int) -> list[dict[str, Any]]:
    """The surest first, each as a picture or as a sentence."""
    found = run.mistakes
    if found is None:
        return []
    kind = str(run.preparation.get("kind", ""))
    drawn = []
    for at in range(min(len(found.rows), most)):
        row = found.rows[at]
        words = sentence(row, run.preparation) if kind == "text" or (row.ndim < 2 and kind != "sound") else ""
        colours = None if words else pixels(row, kind)
        drawn.append({
            "true": run.class_name(int(found.labels[at])),
            "predicted": run.class_name(int(found.predicted[at])),
            "pair": [int(found.labels[at]), int(found.predicted[at])],
            "probability": known(float(found.probability[at])),
            "name": found.names[at] if at < len(found.names) else "",
            "text": words,
            "picture": uri(colours) if colours is not None else None,
            "size": list(colours.shape[1::-1]) if colours is not None else None,
        })  # fmt: skip
    return drawn


def kernels_record(run: RunReading) -> dict[str, Any] | None:
    sheet = kernel_sheet(run.kernels.weights) if run.kernels is not None else None
    if run.kernels is None or sheet is None:
        return None
    colours, count = sheet
    shape = run.kernels.weights.shape
    largest = known(float(abs(run.kernels.weights).max()))
    return {
        "name": run.kernels.name, "picture": uri(colours), "size": list(colours.shape[1::-1]), "shown": count, "of": shape[0],
        "shape": "x".join(map(str, shape)), "colours": len(shape) == 4 and shape[1] == 3, "largest": largest,
    }  # fmt: skip


def calibration_record(found: Calibration | None) -> dict[str, Any] | None:
    if found is None:
        return None
    bins = [[one.low, one.high, one.examples, one.confidence, one.accuracy] for one in found.bins]
    return {
        "bins": [rounded([nan_if_none(value) for value in row], 5) for row in bins],
        "expected": found.expected, "largest": found.largest, "confidence": found.confidence, "accuracy": found.accuracy,
    }  # fmt: skip


def nan_if_none(value: float | None) -> float:
    return float("nan") if value is None else value


def groups_record(run: RunReading) -> list[list[Any]]:
    """Name and accuracy, the worst first."""
    entries = [(name, value) for name, value in (run.test.groups if run.test else {}).items() if isfinite(value)]
    return [[name, value] for name, value in sorted(entries, key=lambda entry: entry[1])[:MOST_GROUPS]]


def epochs_record(run: RunReading) -> list[list[Any]]:
    """Epoch, training and validation loss and accuracy, seconds, CPU seconds, examples a second, bytes at the peak."""
    keys = ("epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "seconds", "cpu_seconds",
            "examples_per_second", "peak_bytes")  # fmt: skip
    rows = list(zip(*(run.epochs[key] for key in keys), strict=True))[-MOST_EPOCHS:]
    return [[*rounded(row[:-1]), *rounded(row[-1:], 12)] for row in rows]
