"""The verb ``predict``: what a trained network says of new examples."""

import os
from collections.abc import Sequence
from functools import cached_property
from math import prod
from typing import Any

import torch
from torch import Tensor

from convlens.ir.errors import UsageError
from convlens.lang.layout import aligned
from convlens.lang.messages import say
from convlens.lang.sentence import FirstLine, Sentence
from convlens.training.features import Maps, Word, first_maps, word_weights
from convlens.training.restored import Restored, restored
from convlens.training.run import Run
from convlens.training.sources import Asked, Source, asked

SIZE, MAX_PIECE = 64, 1 << 24
"""Examples that are computed at a time, and the most values of their inputs together."""

MAX_PROBABILITIES = 1 << 28
"""Examples times classes of one prediction: 1 GB."""


class Prediction:
    """The probabilities of every class for every example, in the order in which they were asked."""

    def __init__(self, network: Restored, examples: Sequence[Asked], probabilities: Tensor, top: int) -> None:
        self.network = network
        self.examples: tuple[Asked, ...] = tuple(examples)
        self.probabilities: Tensor = probabilities
        """float32 (N, K)"""
        self.top: int = top

    def __len__(self) -> int:
        return len(self.examples)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(example.name for example in self.examples)

    @property
    def classes(self) -> tuple[str, ...]:
        return self.network.classes

    @cached_property
    def answers(self) -> tuple[str, ...]:
        """The likeliest class of each example."""
        return tuple(self.classes[place] for place in self.probabilities.argmax(1).tolist())

    def best(self, at: int = 0) -> list[tuple[str, float]]:
        """The ``top`` likeliest classes of one example with their probabilities, the likeliest first."""
        found = self.probabilities[at].sort(descending=True, stable=True)
        pairs = list(zip(found.indices.tolist(), found.values.tolist(), strict=True))[: self.top]
        return [(self.classes[place], probability) for place, probability in pairs]

    def row(self, at: int = 0) -> Tensor:
        """The stored row of one example: what the network saw, before it is centred and scaled."""
        return self.network.preparation.read(self.examples[at].source)

    def maps(self, at: int = 0, layers: int = 1) -> list[Maps]:
        """What the first convolutions make of one example."""
        return first_maps(self.network, self.row(at), layers)

    def words(self, at: int = 0) -> list[Word]:
        """The words of a text with what each counts; nothing for other data."""
        source = self.examples[at].source
        return word_weights(self.network, source) if isinstance(source, str) else []

    def to_dict(self) -> dict[str, Any]:
        """The record of ``predict --json``, schema ``convlens/predict/1``; ``probabilities`` are in the order of ``classes``."""
        return {
            "schema": "convlens/predict/1", "run": str(self.network.run.path), "kind": self.network.preparation.kind,
            "classes": list(self.classes), "predictions": [self._record(at) for at in range(len(self))],
        }  # fmt: skip

    def _record(self, at: int) -> dict[str, Any]:
        best = [{"class": name, "probability": round(share, 6)} for name, share in self.best(at)]
        probabilities = [round(share, 6) for share in self.probabilities[at].tolist()]
        return {"name": self.names[at], **best[0], "top": best, "probabilities": probabilities}

    def to_csv(self) -> str:
        """A row for each example: name, class, probability, then the probability of every class."""
        import csv  # noqa: PLC0415 - only this form needs it
        import io  # noqa: PLC0415

        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "class", "probability", *self.classes])
        for at, shares in enumerate(self.probabilities.tolist()):
            name, share = self.best(at)[0]
            writer.writerow([self.names[at], name, f"{share:.6f}", *(f"{one:.6f}" for one in shares)])
        return file.getvalue()

    def text(self, lang: str = "en") -> str:
        """The likeliest classes of one example, or a line for each of several."""
        if len(self) == 1:
            head = [(say(lang, "class"), say(lang, "probability"))]
            return "\n".join(aligned([*head, *((name, _percent(share)) for name, share in self.best())])) + "\n"
        head3 = [(say(lang, "example"), say(lang, "class"), say(lang, "probability"))]
        rows = [(name, self.best(at)[0][0], _percent(self.best(at)[0][1])) for at, name in enumerate(self.names)]
        return "\n".join(aligned([*head3, *rows])) + "\n"

    def __str__(self) -> str:
        return self.text()


def predict(
    run: Run | str | os.PathLike[str] | Restored, source: Source | Sequence[Source], top: int = 5, *, network: str = ""
) -> Prediction:  # fmt: skip
    """What the network of a run says of ``source``: a picture, a .wav, a .npy volume, a folder of them, a sentence, or a list.

    Which of these is the kind of data that it was trained on; a .txt holds a sentence a line. ``top`` classes are told.
    A network of your own code is run where ``network`` names it, ``file.py:factory``. Raises `UsageError` where something
    is not there or cannot be read.
    """
    if top < 1:
        raise UsageError(Sentence("top is {top}; at least one class is told", top=top))
    known = run if isinstance(run, Restored) else restored(run, network)
    examples = asked(source, known.preparation.kind)
    if len(examples) * len(known.classes) > MAX_PROBABILITIES:
        raise UsageError(
            Sentence(
                "{examples} examples of {classes} classes at once\n  fix: fewer examples",
                examples=len(examples), classes=len(known.classes),
            )
        )  # fmt: skip
    size = max(1, min(SIZE, MAX_PIECE // prod(known.input)))
    faults: list[UsageError] = []
    pieces = []
    for at in range(0, len(examples), size):
        rows = _rows(known, examples[at : at + size], faults)
        if not faults:
            pieces.append(known.probabilities(torch.stack(rows)))
    if faults:
        raise _unusable(faults, len(examples))
    return Prediction(known, examples, torch.cat(pieces), top)


def _rows(network: Restored, examples: Sequence[Asked], faults: list[UsageError]) -> list[Tensor]:
    """Stored rows. What cannot be read is added to ``faults``, and the others are tried still, so that all are counted."""
    rows = []
    for example in examples:
        try:
            rows.append(network.preparation.read(example.source))
        except UsageError as error:
            faults.append(error)
    return rows


def _unusable(faults: Sequence[UsageError], count: int) -> UsageError:
    if count == 1:
        return faults[0]
    return UsageError(
        Sentence(
            "{broken} of {count} examples cannot be used; the first: {first}\n  fix: replace them or take them away",
            broken=len(faults), count=count, first=FirstLine(faults[0].args[0]),
        )
    )  # fmt: skip


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
