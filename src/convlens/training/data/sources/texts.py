"""Labelled texts: a file of them, or a folder with a part for training and one for the test."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import torch

from convlens.ir.errors import UsageError, cut
from convlens.lang.sentence import Sentence
from convlens.training.data.raw import Raw
from convlens.training.data.sources.known import Known, checked_classes, place_of, shown
from convlens.training.data.sources.lines import FIX, Lines, labelled
from convlens.training.data.sources.partfolders import PARTS
from convlens.training.settings.settings import Settings

ENDINGS = (".csv", ".tsv", ".txt", ".all")

NAMES = ("train", "validation", "test")
"""Of the parts, as `PARTS` numbers them."""

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
    """The examples of a file, or of the files ``train.*``, ``val.*`` and ``test.*`` of a folder, which are an official split.

    A file whose name says ``train`` takes those beside it that say ``val`` and ``test`` instead: TREC.train.all and
    TREC.test.all. Raises `UsageError` naming file and line.
    """
    files = _files(path)
    read = _read(files)
    parts = [(files[name], lines.examples) for name, lines in read.items()]
    for file, part in parts:
        if not part:
            raise UsageError(Sentence("{path} holds no examples\n  fix: {fix}", path=shown(file), fix=FIX))
    examples = [example for _, part in parts for example in part]
    labels = [example.label for example in examples]
    classes = checked_classes(shown(path), labels, FIX)
    place = {name: number for number, name in enumerate(classes)}
    part_of = [name for name, lines in read.items() for _ in lines.examples]
    return Raw(
        name=path.stem if path.is_file() else path.name,
        kind="text",
        items=[example.text for example in examples],
        labels=torch.tensor([place[label] for label in labels]),
        classes=classes,
        names=[
            f"{shown(Path(file.name)) + ' ' if len(files) > 1 else ''}line {example.line}"
            for file, part in parts
            for example in part
        ],
        official_validation=torch.tensor([part == "validation" for part in part_of]) if "validation" in files else None,
        official_test=torch.tensor([part == "test" for part in part_of]) if "test" in files else None,
        source=shown(path),
        about={
            "files": [shown(file) for file, _ in parts],
            "empty": sum(not example.text for example in examples),
            "remarks": _headed(files, read),
        },
    )


def _read(files: Mapping[str, Path]) -> dict[str, Lines]:
    """What each file holds; a first line of the one for training that names its columns does so in the others too."""
    train = labelled(files["train"])
    return {name: train if name == "train" else labelled(file, train) for name, file in files.items()}


def _headed(files: Mapping[str, Path], read: Mapping[str, Lines]) -> list[str]:
    """What was taken for the names of columns, once where it is the same in all files."""
    return [
        Sentence(
            "{file}: the first line ({cells}) is taken for the names of the columns, as no other line has its label",
            file=shown(Path(files[name].name)), cells=cut(", ".join(lines.head)),
        )
        for name, lines in read.items()
        if lines.head and (name == "train" or lines.head != read["train"].head)
    ]  # fmt: skip


def _files(path: Path) -> dict[str, Path]:
    """The file of each part that is there, training first."""
    if not path.is_dir():
        return {"train": path, **_beside(path)}
    parts = _parts_in(path)
    if "train" not in parts:
        raise UsageError(
            Sentence("{path} holds no labelled texts: no file train.csv, .tsv or .txt\n  fix: {fix}", path=shown(path), fix=FIX)
        )
    return parts


def _beside(path: Path) -> dict[str, Path]:
    """The files for validation and test that are called as this one for training is."""
    found: dict[str, Path] = {}
    for word, number in PARTS.items():
        file = path.with_name(_for_training(path.name, word) or path.name)
        if not number or file == path or not file.is_file():
            continue
        if NAMES[number] in found:
            raise UsageError(
                Sentence(
                    "{path}: beside it are both {one} and {other}\n  fix: one of them alone",
                    path=shown(path), one=shown(Path(found[NAMES[number]].name)), other=shown(Path(file.name)),
                )
            )  # fmt: skip
        found[NAMES[number]] = file
    return found


def _parts_in(folder: Path) -> dict[str, Path]:
    found = sorted(file for file in folder.iterdir() if file.suffix.lower() in ENDINGS and file.is_file())
    named = {part: [file for file in found if _part_of(file.name) == number] for number, part in enumerate(NAMES)}
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


def _part_of(name: str) -> int | None:
    """Which part a file's name says, if any.

    >>> _part_of("TREC.train.all"), _part_of("my-val.csv"), _part_of("trains.csv")
    (0, 1, None)
    """
    return next((PARTS[word] for word in re.split(r"[._-]", name.lower()) if word in PARTS), None)


def _for_training(name: str, word: str) -> str:
    """The name of a file for training with this word instead, or nothing where it is none.

    >>> _for_training("TREC.train.all", "test"), _for_training("trains.csv", "test")
    ('TREC.test.all', '')
    """
    if _part_of(name) != 0:
        return ""
    return "".join(word if PARTS.get(part.lower()) == 0 else part for part in re.split(r"([._-])", name))


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
