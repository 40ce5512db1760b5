"""The end of a training: the test part is asked once, and what came of it is written down."""

import time
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor, nn

from convlens.training.data.examples import Examples
from convlens.training.data.parts import Parts
from convlens.training.engine.feed import Feed
from convlens.training.engine.judge import Judged, judge
from convlens.training.record.files import write, write_json
from convlens.training.record.folder import RunFolder

MISTAKES = 24
"""How many of the surest mistakes are kept to be shown."""


def exam(module: nn.Module, feed: Feed, parts: Parts) -> tuple[dict[str, Any], Judged]:
    """The record of test.json, and the probabilities behind it."""
    begun = time.perf_counter()
    judged = judge(module, feed, keep=True)
    labels, classes = parts.test.labels.cpu(), len(parts.classes)
    predicted = _probabilities(judged, classes).argmax(1)
    confusion = torch.zeros(classes, classes, dtype=torch.int64)
    confusion.index_put_((labels, predicted), torch.ones_like(labels), accumulate=True)
    accuracy = int(confusion.trace()) / max(len(labels), 1)
    record: dict[str, Any] = {
        "accuracy": accuracy, "loss": judged.loss, "examples": len(labels), "confusion": confusion.tolist(),
        "groups": _groups(labels == predicted, parts), "seconds": round(time.perf_counter() - begun, 4),
    }  # fmt: skip
    return record, judged


def write_exam(folder: RunFolder, record: dict[str, Any], judged: Judged, parts: Parts) -> None:
    """predictions, the surest mistakes, and, last, test.json: where it stands, the run is whole."""
    probabilities = _probabilities(judged, len(parts.classes))
    labels = parts.test.labels.cpu()
    write(folder.predictions, save({"probabilities": probabilities, "labels": labels, "places": parts.test.places.cpu()}))
    _write_mistakes(folder, probabilities, labels, parts.test)
    write_json(folder.test, record)


def _probabilities(judged: Judged, classes: int) -> Tensor:
    return judged.probabilities if judged.probabilities is not None else torch.zeros(0, classes)


def _groups(right: Tensor, parts: Parts) -> dict[str, float]:
    if parts.test_groups is None:
        return {}
    found = [(int(group), right[parts.test_groups == group]) for group in torch.unique(parts.test_groups)]
    return {parts.group_names[group]: float(some.float().mean()) for group, some in found}


def _write_mistakes(folder: RunFolder, probabilities: Tensor, labels: Tensor, test: Examples) -> None:
    sure, predicted = probabilities.max(1) if len(probabilities) else (torch.zeros(0), torch.zeros(0, dtype=torch.int64))
    wrong = torch.nonzero(predicted != labels).flatten()
    places = wrong[sure[wrong].argsort(descending=True, stable=True)][:MISTAKES]
    rows = test.rows.take(places) if len(places) else torch.zeros(0)
    kept = {"rows": rows.cpu(), "labels": labels[places], "predicted": predicted[places], "probability": sure[places]}
    write(folder.mistakes, save({name: value.contiguous() for name, value in kept.items()}))
    write_json(folder.mistake_names, {"names": [str(test.names[int(place)]) for place in places]})
