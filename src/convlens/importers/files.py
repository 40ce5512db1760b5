"""Model files: is it there, can it be read, and if not, which one was meant?"""

import difflib
import stat
from collections.abc import Collection
from pathlib import Path

from convlens.ir.errors import UsageError, cut, quoted
from convlens.lang.sentence import Sentence

ENDINGS = (".onnx", ".txt", ".py")


def need_file(path: str, endings: Collection[str] = ENDINGS) -> Path:
    """The regular file at ``path``; `UsageError` naming the nearest one of these ``endings`` where there is none.

    A pipe or a device is refused: reading it may never end.
    """
    place = Path(path)
    try:
        mode = place.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(_missing(place, path, endings)) from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{cut(path)} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if stat.S_ISDIR(mode):
        raise UsageError(f"{path} is a folder, not a file")
    if not stat.S_ISREG(mode):
        fix = "a file, or - for the text form from the standard input" if endings is ENDINGS else "a file"
        raise UsageError(f"{path} is a pipe or a device, not a file\n  fix: {fix}")
    return place


def _missing(place: Path, path: str, endings: Collection[str]) -> str:
    if place.is_symlink():
        return f"{path} is a link to {str(place.readlink())!r}, which is not there"
    close = nearest_file(path, endings)
    meant = Sentence(" (did you mean {name}?)", name=repr(close)) if close else ""
    return Sentence("there is no file {path}{meant}", path=quoted(path), meant=meant)


def nearest_file(path: str, endings: Collection[str] = ENDINGS) -> str:
    """The file of these ``endings`` beside ``path`` whose name is closest to it, or nothing."""
    folder, name = Path(path).parent, Path(path).name
    there = _files(folder, endings)
    close = [other for other in there if Path(other).stem == name] or difflib.get_close_matches(name, there, n=1)
    return str(folder / close[0]) if close else ""


def _files(folder: Path, endings: Collection[str]) -> list[str]:
    """None where the folder is not there or may not be read: only a hint is lost."""
    try:
        return sorted(entry.name for entry in folder.iterdir() if entry.suffix.lower() in endings and entry.is_file())
    except (OSError, ValueError):
        return []
