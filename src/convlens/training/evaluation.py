"""How a trained network did on labelled examples."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from convlens.lang.layout import aligned
from convlens.lang.messages import counted, listed, said, say
from convlens.lang.remark import Remark
from convlens.training.pages.calibration import Calibration, calibration
from convlens.training.pages.confusion import class_figures, worst_pairs
from convlens.training.restored import Restored

SHOWN = 5
"""Pairs of classes that are told: those mixed up most."""

MAX_ROWS = 40
"""Classes whose figures are printed; the record has all."""


@dataclass(frozen=True)
class Evaluation:
    """``record`` has the figures of test.json, ``probabilities`` (N, K) and ``labels`` (N,) are what they come from."""

    network: Restored
    data: str
    record: dict[str, Any]
    probabilities: Tensor
    labels: Tensor
    remarks: tuple[Remark, ...]

    @property
    def accuracy(self) -> float:
        return float(self.record["accuracy"])

    @property
    def loss(self) -> float:
        return float(self.record["loss"])

    @property
    def calibration(self) -> Calibration | None:
        return calibration(self.probabilities.numpy(), self.labels.numpy())

    @property
    def classes(self) -> list[dict[str, Any]]:
        """Of each class: examples, how often it was answered, recall, precision, F1; None where there is nothing to share."""
        figures = class_figures(self.record["confusion"])
        return [
            {"name": name, "examples": one.true, "answered": one.predicted, "recall": one.recall,
             "precision": one.precision, "f1": one.f1}
            for name, one in zip(self.network.classes, figures, strict=True)
        ]  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """The record of ``evaluate --json``, schema ``convlens/evaluate/1``."""
        known = self.calibration
        return {
            "schema": "convlens/evaluate/1", "run": str(self.network.run.path), "data": self.data, **self.record,
            "classes": self.classes, "calibration": _calibration(known) if known else None,
            "remarks": [each.text() for each in self.remarks],
        }  # fmt: skip

    def text(self, lang: str = "en") -> str:
        """The figures, a row for each class, and the classes that are mixed up most."""
        lines = [each.text(lang) for each in self.remarks]
        accuracy, loss = f"{100 * self.accuracy:.2f}", f"{self.loss:.4f}"
        lines.append(say(lang, "accuracy {accuracy} %, loss {loss}", accuracy=accuracy, loss=loss))
        lines.append(counted(lang, "{count} example", "{count} examples", self.record["examples"]))
        if (known := self.calibration) is not None:
            shares = {"confidence": f"{100 * known.confidence:.1f}", "error": f"{100 * known.expected:.1f}"}
            lines.append(say(lang, "mean confidence {confidence} %, expected calibration error {error} %", **shares))
        groups = [f"{name} {100 * share:.1f} %" for name, share in self.record["groups"].items()]
        if groups:
            lines.append(said(lang, say(lang, "by group"), listed(lang, groups)))
        return "\n".join([*lines, "", *self._table(lang), *self._pairs(lang)]) + "\n"

    def _table(self, lang: str) -> list[str]:
        head = [say(lang, "class"), say(lang, "examples"), say(lang, "recall"), say(lang, "precision"), "F1"]
        rows = [
            [one["name"], str(one["examples"]), *(_percent(one[key]) for key in ("recall", "precision", "f1"))]
            for one in self.classes[:MAX_ROWS]
        ]
        more = len(self.classes) - MAX_ROWS
        rest = [counted(lang, "and {count} class more: --json has all", "and {count} classes more: --json has all", more)]
        return aligned([head, *rows]) + (rest if more > 0 else [])

    def _pairs(self, lang: str) -> list[str]:
        names = self.network.classes
        pairs = [
            say(
                lang, "{number} of {true} taken for {predicted}",
                number=one.number, true=names[one.true], predicted=names[one.predicted],
            )
            for one in worst_pairs(self.record["confusion"], SHOWN)
        ]  # fmt: skip
        return ["", said(lang, say(lang, "mixed up most"), listed(lang, pairs))] if pairs else []

    def __str__(self) -> str:
        return self.text()


def _calibration(known: Calibration) -> dict[str, Any]:
    bins = [one._asdict() for one in known.bins]
    return {
        "expected_error": known.expected, "largest_error": known.largest, "confidence": known.confidence, "bins": bins
    }  # fmt: skip


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"
