"""Labelled texts in a file: one a line, or a table with commas or tabs."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from convlens.importers.files import need_file
from convlens.ir.errors import UsageError, cut
from convlens.lang.sentence import Sentence
from convlens.training.data.sources.known import shown

MAX_BYTES = 1 << 28
"""Of one file: a quarter of a gigabyte is about two million sentences."""

MAX_LINE = 100_000
"""Bytes of one line; the longest of the usual review sets have 14,000."""

LABEL_NAMES = ("label", "class", "target", "category", "sentiment", "labels", "y")
TEXT_NAMES = ("text", "sentence", "question", "review", "content", "comment", "tweet", "phrase")

FIX = Sentence("a label and its text on each line, or a .csv or .tsv file whose first line names the columns label and text")


class Labelled(NamedTuple):
    """One example and the line, counted from 1, on which it ends."""

    label: str
    text: str
    line: int


class Lines(NamedTuple):
    """The examples of a file; ``head`` is a first line that names its columns by words of its own."""

    examples: list[Labelled]
    head: Sequence[str] = ()


def labelled(path: Path, train: Lines | None = None) -> Lines:
    """The examples of one file, in its order; lines without anything but white space are left out.

    ``.csv`` has commas and quotes, ``.tsv`` tabs and no quotes (as its media type says), anything else a label, white space
    and a text on each line. UTF-8 where the whole file is, else Latin-1. A first line of a table names the columns where it
    has the usual names, or a label that no other line has; of a file beside ``train``, the words that do so there, or a label
    that no line of either has. Raises `UsageError` with the line.
    """
    lines = list(_lines(path))
    ending = path.suffix.lower()
    if ending in (".csv", ".tsv"):
        return _from_table(path, list(_cells(path, lines, ending)), train)
    return Lines(list(_from_lines(lines)))


def _lines(path: Path) -> Iterator[str]:
    """Lines end at a line feed alone: a NEL character is part of a text (rt-polarity has some)."""
    need_file(str(path), (path.suffix,))
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise UsageError(
            Sentence(
                "{path}: {size} bytes; labelled lines of at most {most} bytes are read",
                path=shown(path), size=size, most=MAX_BYTES,
            )
        )  # fmt: skip
    raw: list[bytes] = []
    with path.open("rb") as file:
        while line := file.readline(MAX_LINE + 1):
            if len(line) > MAX_LINE:
                raise UsageError(
                    Sentence(
                        "{path}, line {line}: more than {most} bytes in one line\n  fix: {fix}",
                        path=shown(path), line=len(raw) + 1, most=MAX_LINE, fix=FIX,
                    )
                )  # fmt: skip
            if b"\0" in line:
                raise UsageError(
                    Sentence(
                        "{path}, line {line}: a byte of value 0, so this is not text\n  fix: {fix}",
                        path=shown(path), line=len(raw) + 1, fix=FIX,
                    )
                )  # fmt: skip
            raw.append(line.rstrip(b"\r\n"))
    return _decoded(raw)


def _decoded(raw: list[bytes]) -> Iterator[str]:
    try:
        texts = [line.decode("utf-8") for line in raw]
    except UnicodeDecodeError:
        texts = [line.decode("latin-1") for line in raw]
    if texts:
        texts[0] = texts[0].removeprefix("\ufeff")
    return iter(texts)


def _from_lines(lines: Iterable[str]) -> Iterator[Labelled]:
    """The first word is the label; fastText's mark before it is taken off."""
    for number, line in enumerate(lines, 1):
        label, _, text = line.strip().replace("\t", " ", 1).partition(" ")
        if label:
            yield Labelled(label.removeprefix("__label__") or label, text.strip(), number)


def _cells(path: Path, lines: list[str], ending: str) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of each row that is not empty."""
    if ending == ".tsv":
        reader = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    else:
        reader = csv.reader((f"{line}\n" for line in lines), strict=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, [cell.strip() for cell in row]
    except csv.Error as error:
        raise UsageError(
            Sentence(
                "{path}, line {line}: {reason}\n  fix: quotes that open and close, or a .tsv file",
                path=shown(path), line=reader.line_num, reason=str(error),
            )
        ) from None  # fmt: skip


def _from_table(path: Path, rows: list[tuple[int, list[str]]], train: Lines | None) -> Lines:
    if not rows:
        return Lines([])
    head = [cell.lower() for cell in rows[0][1]]
    named = _named_columns(head)
    width = len(head)
    if named is None and width != 2:
        seen = cut(", ".join(head))
        raise UsageError(
            Sentence(
                "{path}: {count} columns, and its first line ({seen}) does not say which is the label\n  fix: {fix}",
                path=shown(path), count=width, seen=seen, fix=FIX,
            )
        )  # fmt: skip
    body = rows if named is None else rows[1:]
    for line, row in body:
        if len(row) != width:
            raise UsageError(
                Sentence(
                    "{path}, line {line}: {have} cells where the first line has {want}\n  fix: {fix}",
                    path=shown(path), line=line, have=len(row), want=width, fix=FIX,
                )
            )  # fmt: skip
    label, text = named or _guessed_columns([row for _, row in body])
    own = named is None and _is_head(rows[0][1], [row[label] for _, row in rows], train)
    body = rows[1:] if own else body
    empty = next((line for line, row in body if not row[label]), None)
    if empty is not None:
        raise UsageError(Sentence("{path}, line {line}: no label\n  fix: {fix}", path=shown(path), line=empty, fix=FIX))
    return Lines([Labelled(row[label], row[text], line) for line, row in body], rows[0][1] if own else ())


def _named_columns(head: list[str]) -> tuple[int, int] | None:
    """Places of label and text in a first line that names them; of two columns one name is enough.

    >>> _named_columns(["id", "text", "label"]), _named_columns(["polarity", "text"]), _named_columns(["0", "fine"])
    ((2, 1), (0, 1), None)
    """
    label = next((head.index(name) for name in LABEL_NAMES if name in head), None)
    text = next((head.index(name) for name in TEXT_NAMES if name in head), None)
    if len(head) == 2 and (label is None) != (text is None):
        label, text = (1 - text, text) if text is not None else (label, 1 - (label or 0))
    return None if label is None or text is None else (label, text)


def _is_head(first: Sequence[str], labels: Sequence[str], train: Lines | None) -> bool:
    """Whether the first of these labels is none: it occurs nowhere else, while the others are of few classes.

    >>> [_is_head((), text.split(), None) for text in ("v1 ham spam ham spam", "ham spam ham", "a b c d")]
    [True, False, False]
    >>> _is_head((), ["rare", "ham", "spam", "ham", "spam"], Lines([Labelled("rare", "text", 1)]))
    False
    """
    if train is not None and train.head and first == train.head:
        return True
    classes = set(labels[1:])
    elsewhere = train is not None and any(example.label == labels[0] for example in train.examples)
    return labels[0] not in classes and not elsewhere and 2 <= len(classes) <= len(labels[1:]) // 2


def _guessed_columns(rows: list[list[str]]) -> tuple[int, int]:
    """Without names the label is the column with fewer different values; the first where both have as many.

    >>> _guessed_columns([["good film", "1"], ["bad film", "0"], ["fine film", "1"]])
    (1, 0)
    """
    first, second = (len({row[column] for row in rows}) for column in (0, 1))
    return (1, 0) if second < first else (0, 1)
