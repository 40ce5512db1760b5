"""Where a data set that has a name lies on this machine."""

import os
from pathlib import Path
from typing import NamedTuple

from convlens.ir.errors import UsageError
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
        if not Path(given).exists():
            raise UsageError(f"{known.name}: there is no file or folder {given!r}\n  fix: {_fix(known)}")
        return Path(given)
    for place in places_of(known.name):
        if any((place / mark).exists() for mark in known.marks):
            return place
    looked = " and ".join(str(place) for place in places_of(known.name))
    raise UsageError(f"{known.name} is not on this machine; looked for {known.marks[0]} in {looked}\n  fix: {_fix(known)}")


def _fix(known: Known) -> str:
    return f"get it from {known.address}, then --data {known.name}:PATH with the folder where it lies"


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
        raise UsageError(f"{where} holds no examples\n  fix: {fix}")
    if len(classes) == 1:
        raise UsageError(
            f"{where}: all {len(labels)} examples are of one class, {classes[0][:60]!r}; two or more are needed\n  fix: {fix}"
        )
    if len(classes) > MAX_CLASSES or (len(labels) >= 20 and len(classes) * 2 > len(labels)):
        raise UsageError(f"{where}: {len(classes)} classes for {len(labels)} examples cannot be the labels\n  fix: {fix}")
    return classes
