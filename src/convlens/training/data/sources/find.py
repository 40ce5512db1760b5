"""From a name or a path to its source."""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from convlens.ir.errors import UsageError, nearest, quoted
from convlens.lang.sentence import Sentence
from convlens.training.data.raw import Raw
from convlens.training.data.sources.cifar import cifar10, is_cifar
from convlens.training.data.sources.folder import holds_pictures, pictures_from
from convlens.training.data.sources.idx import has_idx, idx_folder
from convlens.training.data.sources.known import shown
from convlens.training.data.sources.npz import npz_from
from convlens.training.data.sources.public import PUBLIC, known_data
from convlens.training.settings.settings import Settings

ROOM = "convlens.training.data.sources"

NAMED = {"fsdd": "fsdd", "fsdd-unseen": "fsdd", "trec": "texts", "mr": "texts"}
"""Public data of sounds and texts by name, and the module whose table ``NAMED`` has their reader."""

LEGAL = Sentence("a folder of class folders of pictures or of .wav files, an .npz, or labelled lines (.csv, .tsv, .txt)")


def found(data: str, settings: Settings, *, download: bool = False) -> Raw:
    """The data of this name, ``name:PATH``, or path. Raises `UsageError` where there are none, or none that is read."""
    name, _, given = data.partition(":")
    if name in PUBLIC:
        return known_data(name, given, download=download)
    if name in NAMED:
        made: Raw = _module(NAMED[name]).NAMED[name](given, settings)
        return made
    path = Path(data).expanduser()
    if not path.exists():
        names = [*PUBLIC, *NAMED]
        raise UsageError(
            Sentence(
                "there are no data {data}{meant}\n  fix: one of {names}, or {legal}",
                data=quoted(data), meant=nearest(data, names), names=", ".join(names), legal=LEGAL,
            )
        )  # fmt: skip
    return from_path(path, settings)


def from_path(path: Path, settings: Settings) -> Raw:
    """What the path holds, read by the first source that knows it."""
    for knows, read in SOURCES.items():
        if knows(path):
            return read(path, settings)
    raise UsageError(Sentence("{path} holds no data that are read\n  fix: {legal}", path=shown(path), legal=LEGAL))


def _is_npz(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() == ".npz"


def _module(name: str) -> Any:
    return import_module(f"{ROOM}.{name}")


SOURCES: Mapping[Callable[[Path], bool], Callable[[Path, Settings], Raw]] = {
    _is_npz: lambda path, settings: npz_from(path),
    has_idx: lambda path, settings: idx_folder(path),
    is_cifar: lambda path, settings: cifar10(path),
    holds_pictures: lambda path, settings: pictures_from(path),
    lambda path: _module("sounds").holds_sounds(path): lambda path, settings: _module("sounds").sounds_from(path, settings),
    lambda path: _module("texts").holds_texts(path): lambda path, settings: _module("texts").texts_from(path, settings),
    Path.is_dir: lambda path, settings: pictures_from(path),
}
"""What knows a path, and what reads it; the first that knows it does. A folder of nothing known is told as one of pictures."""
