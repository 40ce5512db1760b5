"""The files of a folder and of its folders."""

import os
from collections.abc import Collection, Iterator
from pathlib import Path

MAX_DEPTH = 8


def files_beneath(folder: Path, endings: Collection[str], hidden: str = "._") -> Iterator[Path]:
    """Those of these endings at any depth to `MAX_DEPTH`, in an order that does not depend on the file system.

    Links to folders are not followed, and names that begin with a ``hidden`` letter are left out.
    """
    for place, inner, names in os.walk(folder):
        inner[:] = sorted(name for name in inner if name[0] not in hidden)
        if len(Path(place).parts) - len(folder.parts) >= MAX_DEPTH:
            inner.clear()
        for name in sorted(names):
            if name[0] not in hidden and Path(name).suffix.lower() in endings:
                yield Path(place) / name
