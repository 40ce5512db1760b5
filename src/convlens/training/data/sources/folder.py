"""A folder of class folders of pictures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

import torch
from torch import Tensor

from convlens.ir.errors import UsageError, cut
from convlens.lang.sentence import Sentence
from convlens.media.image import ENDINGS
from convlens.training.data.pictures import Look, look, refuse_broken
from convlens.training.data.raw import Raw
from convlens.training.data.sources.beneath import files_beneath
from convlens.training.data.sources.known import in_order, shown
from convlens.training.data.sources.partfolders import folders_in, parts_in

FIX = Sentence("a folder with one folder of pictures for each class: pets/cat/1.jpg, pets/dog/1.jpg")


@dataclass(frozen=True)
class Pictures(Sequence[Path]):
    """Picture files; ``sizes`` are their upright heights and widths, int64 (N, 2), ``channels`` 3 where one has colours."""

    paths: tuple[Path, ...]
    sizes: Tensor
    channels: int

    def __len__(self) -> int:
        return len(self.paths)

    @overload
    def __getitem__(self, place: int) -> Path: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Path, ...]: ...
    def __getitem__(self, place: int | slice) -> Path | tuple[Path, ...]:
        return self.paths[place]


def pictures_from(folder: Path) -> Raw:
    """Every picture beneath a class folder, in an order that does not depend on the file system.

    Folders train/, val/ and test/ are an official split. Names that begin with ``.`` or ``_`` are left out. Of a link to a
    folder only a class folder itself is followed, so no circle of links is. Raises one `UsageError` that names the first
    broken file and counts them all.
    """
    found = list(_in_parts(folder))
    classes = in_order({name for _, name, _ in found})
    if not found:
        raise UsageError(Sentence("{path} holds no pictures in class folders\n  fix: {fix}", path=shown(folder), fix=FIX))
    looks = _looks([path for _, _, path in found])
    place = {name: at for at, name in enumerate(classes)}
    part = torch.tensor([part for part, _, _ in found])
    sizes = torch.tensor([(item.height, item.width) for item in looks])
    return Raw(
        name=shown(Path(folder.resolve().name)),
        kind="image",
        items=Pictures(tuple(path for _, _, path in found), sizes, max(item.channels for item in looks)),
        labels=torch.tensor([place[name] for _, name, _ in found]),
        classes=classes,
        names=[shown(path.relative_to(folder)) for _, _, path in found],
        official_validation=part == 1 if (part == 1).any() else None,
        official_test=part == 2 if (part == 2).any() else None,
        source=shown(folder),
    )


def holds_pictures(folder: Path) -> bool:
    """Whether there is a picture in a class folder."""
    return folder.is_dir() and next(_in_parts(folder, empty=True), None) is not None


def _in_parts(folder: Path, *, empty: bool = False) -> Iterator[tuple[int, str, Path]]:
    """Part, class and path of each picture. A class folder without any is refused, unless ``empty``."""
    for part, place in parts_in(folder):
        for entry in folders_in(place):
            files = list(files_beneath(entry, ENDINGS))
            if not (files or empty or part):
                raise UsageError(
                    Sentence(
                        "{path} is a class without pictures ({endings})\n  fix: take it away or put pictures in it",
                        path=shown(entry), endings=" ".join(ENDINGS),
                    )
                )  # fmt: skip
            yield from ((part, shown(Path(entry.name)), path) for path in files)


def _looks(paths: list[Path]) -> list[Look]:
    looks, faults = [], []
    for path in paths:
        try:
            if not path.is_file():
                raise UsageError(  # noqa: TRY301 - told with the others
                    Sentence("{path} is a pipe, a device or a link to nothing, not a file", path=cut(shown(path)))
                )
            looks.append(look(path))
        except UsageError as error:
            faults.append(error.args[0])
    refuse_broken(faults, len(paths))
    return looks
