"""Model files: is it there, and if not, which one was meant?"""

import difflib
from pathlib import Path

from convlens.ir.errors import UsageError

ENDINGS = (".onnx", ".txt", ".py")


def need_file(path: str) -> Path:
    """The file at ``path``; `UsageError` naming the nearest one where there is none."""
    place = Path(path)
    if place.is_dir():
        raise UsageError(f"{path} is a folder, not a file")
    if not place.exists():
        close = nearest_file(path)
        raise UsageError(f"there is no file {path!r}" + (f" (did you mean {close!r}?)" if close else ""))
    return place


def nearest_file(path: str) -> str:
    """The model file beside ``path`` whose name is closest to it, or nothing."""
    folder, name = Path(path).parent, Path(path).name
    if not folder.is_dir():
        return ""
    there = sorted(entry.name for entry in folder.iterdir() if entry.suffix in ENDINGS)
    close = [other for other in there if Path(other).stem == name] or difflib.get_close_matches(name, there, n=1)
    return str(folder / close[0]) if close else ""
