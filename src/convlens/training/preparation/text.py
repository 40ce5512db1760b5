"""A text becomes a row of word numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor

from convlens.ir.errors import UsageError, quoted
from convlens.ir.spec import Shape
from convlens.lang.sentence import Sentence
from convlens.training.data.raw import Raw
from convlens.training.preparation.words import PADDING, UNKNOWN, vocabulary_of, words_of
from convlens.training.settings.settings import Settings

MARGIN = 5
"""Columns of padding behind the last word: the widest window of the usual networks (Kim's are 3, 4 and 5 words)."""

MAX_WORDS_OF_A_TEXT = 512
"""Where no size is set: a text beyond it keeps its beginning."""

MAX_SENTENCE = 1_000_000
"""Characters of a new text."""


@dataclass(frozen=True)
class TextPreparation:
    """Rows of ``longest`` word numbers at most, then ``margin`` columns of padding.

    A batch is cut to its longest text and the margin behind it. As the margin is as wide as the widest window, every text
    meets every window that mixes it with padding, and one of padding alone: what a network with a maximum over time says of
    a text does not depend on the other texts of its batch. Where ``cut`` is false nothing is cut, for networks that take one
    length alone.
    """

    vocabulary: Mapping[str, int]
    longest: int
    margin: int = MARGIN
    cut: bool = True

    kind = "text"
    dtype = "int64"

    @property
    def shape(self) -> Shape:
        return (self.longest + self.margin,)

    @property
    def words(self) -> int:
        """Rows of an embedding table: the vocabulary, padding and the unknown word."""
        return len(self.vocabulary) + 2

    def store(self, items: Sequence[str]) -> Tensor:
        """int32 (N, L): half of what word numbers take in a batch."""
        rows = torch.full((len(items), *self.shape), PADDING, dtype=torch.int32)
        for row, text in zip(rows, items, strict=True):
            numbers = [self.vocabulary.get(word, UNKNOWN) for word in words_of(text)[: self.longest]]
            row[: len(numbers)] = torch.tensor(numbers, dtype=torch.int32)
        return rows

    def read(self, source: Path | str | bytes) -> Tensor:
        """The row of a sentence, of the text in a file (given as a `Path`), or of a file's bytes. It must hold a word."""
        text = source if isinstance(source, str) else _decoded(source)
        if len(text) > MAX_SENTENCE:
            raise UsageError(
                Sentence(
                    "a text of {count} characters; at most {most} are read\n  fix: its first part",
                    count=len(text), most=MAX_SENTENCE,
                )
            )  # fmt: skip
        if not words_of(text):
            raise UsageError(Sentence("there is no word in {text}\n  fix: a sentence", text=quoted(text)))
        return self.store([text])[0]

    def batch(self, rows: Tensor) -> Tensor:
        """int64 (N, L): the rows without the columns in which no text has a word, but for the margin."""
        if not self.cut:
            return rows.long()
        used = (rows != PADDING).any(dim=0).nonzero()
        longest = int(used[-1]) + 1 if len(used) else 0
        return rows[:, : longest + self.margin].long()

    def fixed(self) -> "TextPreparation":
        """The same rows, never cut, for a network that takes one length alone."""
        return replace(self, cut=False)

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind, "vocabulary": list(self.vocabulary), "longest": self.longest, "margin": self.margin,
            "cut": self.cut,
        }  # fmt: skip


def fitted(raw: Raw, places: Tensor, settings: Settings, network_shape: Shape | None = None) -> TextPreparation:  # noqa: ARG001
    """Vocabulary and length from the examples at ``places``, the training part.

    The length is that of its longest text, at most the size that is set, else 512 words. The network's own length is not
    taken: a window that slides over words takes any number of them.
    """
    split = [words_of(raw.items[place]) for place in places.tolist()]
    longest = max(map(len, split), default=0)
    if longest == 0:
        raise UsageError(
            Sentence("{count} texts for training, and not one word in them\n  fix: lines of a label and a text", count=len(split))
        )
    most = settings.size[0] if settings.size else MAX_WORDS_OF_A_TEXT
    return TextPreparation(vocabulary_of(split), min(longest, most))


def from_dict(values: Mapping[str, Any]) -> TextPreparation:
    """What `TextPreparation.to_dict` wrote. Raises `ValueError`, `KeyError` or `TypeError` for what it cannot have written."""
    words, longest, margin = list(values["vocabulary"]), int(values["longest"]), int(values["margin"])
    numbers = {str(word): number for number, word in enumerate(words, UNKNOWN + 1)}
    if len(numbers) < len(words):
        raise ValueError(f"a vocabulary of {len(words)} words, of which {len(numbers)} differ")
    if longest < 1 or margin < 0:
        raise ValueError(f"{longest} words and {margin} columns of padding")
    return TextPreparation(MappingProxyType(numbers), longest, margin, values["cut"] is True)


def _decoded(source: Path | bytes) -> str:
    if isinstance(source, Path):
        try:
            with source.open("rb") as file:
                source = file.read(4 * MAX_SENTENCE + 1)
        except OSError as error:
            raise UsageError(
                Sentence("{path} cannot be read: {reason}", path=str(source), reason=error.strerror or error)
            ) from None
    if b"\0" in source:
        raise UsageError(Sentence("a byte of value 0, so this is not text\n  fix: a file of plain text"))
    try:
        return source.decode("utf-8")
    except UnicodeDecodeError:
        return source.decode("latin-1")
