"""Model files: is it there, can it be read, and if not, which one was meant?"""

import difflib
import stat
from pathlib import Path

from convlens.ir.errors import UsageError, cut, quoted

ENDINGS = (".onnx", ".txt", ".py")


def need_file(path: str) -> Path:
    """The regular file at ``path``; `UsageError` naming the nearest one where there is none.

    A pipe or a device is refused: reading it may never end.
    """
    place = Path(path)
    try:
        mode = place.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(_missing(place, path)) from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{cut(path)} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if stat.S_ISDIR(mode):
        raise UsageError(f"{path} is a folder, not a file")
    if not stat.S_ISREG(mode):
        raise UsageError(
            f"{path} is a pipe or a device, not a file\n  fix: a file, or - for the text form from the standard input"
        )
    return place


def _missing(place: Path, path: str) -> str:
    if place.is_symlink():
        return f"{path} is a link to {str(place.readlink())!r}, which is not there"
    close = nearest_file(path)
    return f"there is no file {quoted(path)}" + (f" (did you mean {close!r}?)" if close else "")


def nearest_file(path: str) -> str:
    """The model file beside ``path`` whose name is closest to it, or nothing."""
    folder, name = Path(path).parent, Path(path).name
    there = _model_files(folder)
    close = [other for other in there if Path(other).stem == name] or difflib.get_close_matches(name, there, n=1)
    return str(folder / close[0]) if close else ""


def _model_files(folder: Path) -> list[str]:
    """None where the folder is not there or may not be read: only a hint is lost."""
    try:
        return sorted(entry.name for entry in folder.iterdir() if entry.suffix in ENDINGS and entry.is_file())
    except (OSError, ValueError):
        return []
