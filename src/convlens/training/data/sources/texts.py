"""Labelled texts: a file of them, or a folder with a part for training and one for the test."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import torch

from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence
from convlens.training.data.raw import Raw
from convlens.training.data.sources.known import Known, checked_classes, place_of, shown
from convlens.training.data.sources.lines import FIX, labelled
from convlens.training.settings.settings import Settings

ENDINGS = (".csv", ".tsv", ".txt", ".all")

TREC = Known(
    "trec",
    ("TREC.train.all",),
    "https://github.com/harvardnlp/sent-conv-torch/tree/master/data (TREC.train.all, TREC.test.all)",
    "for research; Li and Roth, Learning Question Classifiers, COLING 2002",
)
MR = Known(
    "mr",
    ("rt-polarity.all",),
    "https://github.com/harvardnlp/sent-conv-torch/tree/master/data (rt-polarity.all)",
    "for research; Pang and Lee, Seeing Stars, ACL 2005",
)
TREC_CLASSES = ("DESC", "ENTY", "ABBR", "HUM", "LOC", "NUM")
"""Of the labels 0 to 5: told by how often each occurs in training (1162, 1250, 86, 1223, 835, 896), no two alike."""

MR_CLASSES = ("negative", "positive")


def holds_texts(path: Path) -> bool:
    """Whether this file, or a part for training in this folder, is for `texts_from`."""
    return path.suffix.lower() in ENDINGS if path.is_file() else bool(path.is_dir() and _parts_in(path))


def texts_from(path: Path, settings: Settings) -> Raw:  # noqa: ARG001 - what every source takes
    """The examples of a file, or of the files ``train.*`` and ``test.*`` of a folder; the latter are its official test.

    A file whose name says ``train`` takes the one beside it that says ``test`` as its official test: TREC.train.all and
    TREC.test.all. Raises `UsageError` naming file and line.
    """
    train, test = _files(path)
    parts = [(file, labelled(file)) for file in (train, test) if file is not None]
    for file, part in parts:
        if not part:
            raise UsageError(Sentence("{path} holds no examples\n  fix: {fix}", path=shown(file), fix=FIX))
    examples = [example for _, part in parts for example in part]
    labels = [example.label for example in examples]
    classes = checked_classes(shown(path), labels, FIX)
    place = {name: number for number, name in enumerate(classes)}
    start = f"{shown(Path(train.name))} " if test else ""
    return Raw(
        name=path.stem if path.is_file() else path.name,
        kind="text",
        items=[example.text for example in examples],
        labels=torch.tensor([place[label] for label in labels]),
        classes=classes,
        names=[
            f"{start if file is train else shown(Path(file.name)) + ' '}line {example.line}"
            for file, part in parts
            for example in part
        ],
        official_test=torch.arange(len(examples)) >= len(parts[0][1]) if test else None,
        source=shown(path),
        about={"files": [shown(file) for file, _ in parts], "empty": sum(not example.text for example in examples)},
    )


def _files(path: Path) -> tuple[Path, Path | None]:
    if not path.is_dir():
        named = _in_place_of("train", "test", path.name)
        beside = path.with_name(named) if named else None
        return path, beside if beside is not None and beside.is_file() else None
    parts = _parts_in(path)
    if "train" not in parts:
        raise UsageError(
            Sentence("{path} holds no labelled texts: no file train.csv, .tsv or .txt\n  fix: {fix}", path=shown(path), fix=FIX)
        )
    return parts["train"], parts.get("test")


def _parts_in(folder: Path) -> dict[str, Path]:
    found = sorted(file for file in folder.iterdir() if file.suffix.lower() in ENDINGS and file.is_file())
    named = {part: [file for file in found if _in_place_of(part, part, file.name)] for part in ("train", "test")}
    for part, files in named.items():
        if len(files) > 1 and named["train"]:
            names = ", ".join(shown(Path(file.name)) for file in files[:5])
            raise UsageError(
                Sentence(
                    "{path}: {count} files say {part} ({names})\n  fix: give the one for training",
                    path=shown(folder), count=len(files), part=part, names=names,
                )
            )  # fmt: skip
    return {part: files[0] for part, files in named.items() if files} if named["train"] else {}


def _in_place_of(word: str, other: str, name: str) -> str:
    """The file's name with one word for another, or nothing where it does not say the word.

    >>> _in_place_of("train", "test", "TREC.train.all"), _in_place_of("train", "test", "trains.csv")
    ('TREC.test.all', '')
    """
    parts = re.split(r"([._-])", name)
    return "".join(other if part.lower() == word else part for part in parts) if word in map(str.lower, parts) else ""


def trec(given: str, settings: Settings) -> Raw:
    """TREC questions of six classes, with the official test of 500."""
    return _named(TREC, given, TREC_CLASSES, settings)


def mr(given: str, settings: Settings) -> Raw:
    """Sentences of film reviews, negative or positive; it has no official test."""
    return _named(MR, given, MR_CLASSES, settings)


def _named(known: Known, given: str, classes: tuple[str, ...], settings: Settings) -> Raw:
    place = place_of(known, given)
    file = place / known.marks[0] if place.is_dir() else place
    if not file.is_file():
        raise UsageError(
            Sentence(
                "{name}: there is no {mark} in {path}\n  fix: {address}",
                name=known.name, mark=known.marks[0], path=shown(place), address=known.address,
            )
        )  # fmt: skip
    raw = texts_from(file, settings)
    names = classes if raw.classes == tuple(map(str, range(len(classes)))) else raw.classes
    return replace(raw, name=known.name, classes=names, licence=known.licence)


NAMED: Mapping[str, Callable[[str, Settings], Raw]] = {"trec": trec, "mr": mr}
"""Data sets by name; each takes what stands behind the colon, or nothing."""
