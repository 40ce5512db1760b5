"""Public data of pictures by name: where they lie on this machine, else fetched if that was asked for."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence
from convlens.training.data.fetch import FILES, fetch, show_bytes
from convlens.training.data.raw import Raw
from convlens.training.data.sources.cifar import cifar10, is_cifar
from convlens.training.data.sources.idx import fashion_mnist, has_idx, mnist
from convlens.training.data.sources.known import at_home, shown
from convlens.training.data.sources.places import places_of


class Public(NamedTuple):
    """How it is read, what shows that it is there, what a person would look for, and a command that installs it."""

    read: Callable[[Path], Raw]
    there: Callable[[Path], bool]
    marks: str
    package: str = ""


PUBLIC = {
    "fashion-mnist": Public(
        fashion_mnist, has_idx, "train-images-idx3-ubyte.gz", "apt install dataset-fashion-mnist"
    ),
    "mnist": Public(mnist, has_idx, "train-images-idx3-ubyte.gz"),
    "cifar10": Public(cifar10, is_cifar, "cifar-10-binary.tar.gz"),
}  # fmt: skip


def known_data(name: str, given: str, *, download: bool) -> Raw:
    """The data of this name: at the path that was given, else in the first of the usual places that holds them.

    Raises `UsageError` with both ways, a path and a download, where they are not there.
    """
    about = PUBLIC[name]
    if given:
        place = Path(at_home(given))
        if not place.exists():
            raise UsageError(Sentence("there is no file or folder {path}\n  fix: {fix}", path=repr(given), fix=_ways(name)))
        return about.read(place)
    places = places_of(name)
    for place in places:
        if place.is_dir() and (about.there(place) or (place / about.marks).is_file()):
            return about.read(place)
    if not download:
        looked = ", ".join(shown(place) for place in places)
        raise UsageError(
            Sentence("{name} is not on this machine; looked in {places}\n  fix: {fix}", name=name, places=looked, fix=_ways(name))
        )
    fetch(name, places[0])
    return about.read(places[0])


def _ways(name: str) -> str:
    about, files = PUBLIC[name], FILES[name]
    package = Sentence(", or {command}", command=about.package) if about.package and os.name == "posix" else ""
    return Sentence(
        "--data {name}:PATH with the folder of {marks}; or --download, which fetches {size} from {address}{package}",
        name=name, marks=about.marks, size=show_bytes(sum(file.size for file in files)),
        address=files[0].addresses[0].rpartition("/")[0], package=package,
    )  # fmt: skip
