"""What the test of a run left: figures, predictions, and the mistakes that the network was surest of."""

from pathlib import Path
from typing import Any

import numpy as np

from convlens.ir.errors import cut
from convlens.lang.printable import printable
from convlens.training.pages.files import UnreadableError, json_of, number, table_of
from convlens.training.pages.reading import Mistakes, Predictions, Test
from convlens.training.pages.tensors import Array, tensors_of

MAX_SHOWN = 64
"""Mistakes that are kept."""

MAX_GROUPS = 500
MAX_MATRIX = 1000
"""Classes of a table that is kept."""


def test_of(folder: Path, classes: int) -> Test:
    """``test.json``; a table of confusions that is not square, or not of these classes, is left out.

    Accuracy and loss of no example at all are no numbers. Raises `UnreadableError`.
    """
    found = table_of(folder, "test.json")
    asked = {} if found.get("examples") == 0 else found
    groups = found.get("groups")
    entries = list(groups.items())[:MAX_GROUPS] if isinstance(groups, dict) else []
    return Test(
        number(asked.get("accuracy")),
        number(asked.get("loss")),
        _matrix(found.get("confusion"), classes),
        {printable(cut(name)): number(value) for name, value in entries},
        number(found.get("seconds")),
    )


def _matrix(found: Any, classes: int) -> tuple[tuple[int, ...], ...]:
    rows = found if isinstance(found, list) and len(found) <= MAX_MATRIX else []
    square = all(isinstance(row, list) and len(row) == len(rows) for row in rows)
    counts = square and all(type(one) is int and 0 <= one < 2**53 for row in rows for one in row)
    return tuple(map(tuple, rows)) if counts and classes in (0, len(rows)) else ()


def predictions_of(folder: Path) -> Predictions:
    """``predictions.safetensors``, its shapes checked. Raises `UnreadableError`."""
    found = tensors_of(folder, "predictions.safetensors", ("probabilities", "labels"))
    probabilities, labels = found["probabilities"], found["labels"]
    if probabilities.ndim != 2 or labels.shape != probabilities.shape[:1] or not probabilities.shape[1]:
        raise UnreadableError(f"probabilities of {probabilities.shape} with labels of {labels.shape}")
    return Predictions(probabilities.astype(np.float32, copy=False), labels.astype(np.int64, copy=False))


def mistakes_of(folder: Path) -> Mistakes:
    """``mistakes.safetensors`` with the names of ``mistakes.json``. Raises `UnreadableError`."""
    found = tensors_of(folder, "mistakes.safetensors", ("rows", "labels", "predicted", "probability"))
    count = len(found["rows"]) if found["rows"].ndim else 0
    if any(found[key].shape != (count,) for key in ("labels", "predicted", "probability")):
        raise UnreadableError("its tensors are not equally long")
    rows, labels, predicted, probability = (found[key][:MAX_SHOWN] for key in ("rows", "labels", "predicted", "probability"))
    return Mistakes(rows, _whole(labels), _whole(predicted), probability.astype(np.float64), _names(folder))


def _whole(values: Array) -> Array:
    return np.nan_to_num(values).astype(np.int64)


def _names(folder: Path) -> tuple[str, ...]:
    """A list, or an object with the list under "names"; () where there is none that can be read."""
    try:
        found = json_of(folder, "mistakes.json")
    except UnreadableError:
        return ()
    listed = found.get("names") if isinstance(found, dict) else found
    texts = [str(one) if isinstance(one, str) else "" for one in listed[:MAX_SHOWN]] if isinstance(listed, list) else []
    return tuple(printable(cut(text, 400)) for text in texts)
