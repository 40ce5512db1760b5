"""Where a data set that has a name lies on this machine."""

import os
from functools import reduce
from pathlib import Path
from typing import NamedTuple

from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence
from convlens.training.data.sources.places import places_of


class Known(NamedTuple):
    """A public data set: the files that show it is there (any of them), where it is published, and on what terms."""

    name: str
    marks: tuple[str, ...]
    address: str
    licence: str


def place_of(known: Known, given: str) -> Path:
    """The folder (or file) of the data set: the one that was given, else the first of the usual places that holds it.

    The usual places are ``$CONVLENS_DATA/NAME`` and ``~/.cache/convlens/NAME``. Raises `UsageError` with the public
    address and the way by a local path where it is in none of them.
    """
    if given:
        given = at_home(given)
        if not Path(given).exists():
            raise UsageError(
                Sentence(
                    "{name}: there is no file or folder {path}\n  fix: {fix}", name=known.name, path=repr(given), fix=_fix(known)
                )
            )
        return Path(given)
    for place in places_of(known.name):
        if any((place / mark).exists() for mark in known.marks):
            return place
    first, *others = map(str, places_of(known.name))
    looked = reduce(lambda looked, place: Sentence("{looked} and {place}", looked=looked, place=place), others, first)
    raise UsageError(
        Sentence(
            "{name} is not on this machine; looked for {mark} in {looked}\n  fix: {fix}",
            name=known.name, mark=known.marks[0], looked=looked, fix=_fix(known),
        )
    )  # fmt: skip


def at_home(given: str) -> str:
    """A path as it was written, but for a home folder in the place of ``~``; of a user who is not there it stays as it is.

    >>> at_home("~nosuch/data")
    '~nosuch/data'
    """
    return os.path.expanduser(given)  # noqa: PTH111 - `Path.expanduser` fails where the user is not there


def _fix(known: Known) -> str:
    return Sentence(
        "get it from {address}, then --data {name}:PATH with the folder where it lies", address=known.address, name=known.name
    )


def shown(path: Path) -> str:
    """A file's name as it can be printed and written down, whatever bytes it has.

    >>> shown(Path("cats/caf\\udce9.wav"))
    'cats/caf\\ufffd.wav'
    """
    return os.fsencode(path).decode("utf-8", "replace")


def in_order(labels: set[str]) -> tuple[str, ...]:
    """Class names in the order that people expect: numbers by their value, all else by the alphabet.

    >>> in_order({"10", "9", "1"}), in_order({"b", "a"})
    (('1', '9', '10'), ('a', 'b'))
    """
    numbers = all(label.isascii() and label.isdecimal() and len(label) <= 18 for label in labels)
    return tuple(sorted(labels, key=lambda label: (int(label), label))) if numbers else tuple(sorted(labels))


MAX_CLASSES = 1000


def checked_classes(where: str, labels: list[str], fix: str) -> tuple[str, ...]:
    """The classes of these labels. Raises `UsageError` where there are none, only one, or so many that they are no classes."""
    classes = in_order(set(labels))
    if not labels:
        raise UsageError(Sentence("{path} holds no examples\n  fix: {fix}", path=where, fix=fix))
    if len(classes) == 1:
        raise UsageError(
            Sentence(
                "{path}: all {count} examples are of one class, {name}; two or more are needed\n  fix: {fix}",
                path=where, count=len(labels), name=repr(classes[0][:60]), fix=fix,
            )
        )  # fmt: skip
    if len(classes) > MAX_CLASSES or (len(labels) >= 20 and len(classes) * 2 > len(labels)):
        raise UsageError(
            Sentence(
                "{path}: {classes} classes for {examples} examples cannot be the labels\n  fix: {fix}",
                path=where, classes=len(classes), examples=len(labels), fix=fix,
            )
        )  # fmt: skip
    return classes
