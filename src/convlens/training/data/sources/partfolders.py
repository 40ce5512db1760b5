"""Folders train/, val/ and test/ are a split of the data's own: of pictures and of sounds alike."""

from pathlib import Path

from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence
from convlens.training.data.sources.known import shown

PARTS = {"train": 0, "training": 0, "val": 1, "valid": 1, "validation": 1, "dev": 1, "test": 2, "testing": 2}
"""What folders (and files of texts) of these names hold: 0 is to train on, 1 to judge by, 2 to test at the end."""


def parts_in(folder: Path) -> list[tuple[int, Path]]:
    """Each part and its folder; the folder itself, to train on, where it has no split.

    Folders of these names are a split where a training folder is one of several; alone, "train" may be a class.
    """
    inner = folders_in(folder)
    parts = {entry: PARTS[entry.name.lower()] for entry in inner if entry.name.lower() in PARTS}
    split = 0 in parts.values() and (len(set(parts.values())) > 1 or len(parts) == len(inner))
    return [(part, place) for place, part in parts.items()] if split else [(0, folder)]


def folders_in(folder: Path) -> list[Path]:
    """In an order that does not depend on the file system, without those whose names begin with ``.`` or ``_``."""
    try:
        return sorted(entry for entry in folder.iterdir() if entry.name[0] not in "._" and entry.is_dir())
    except OSError as error:
        raise UsageError(
            Sentence("{path} cannot be read: {reason}", path=shown(folder), reason=error.strerror or error)
        ) from None
