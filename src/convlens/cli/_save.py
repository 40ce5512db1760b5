"""Files written whole or not at all."""

import contextlib
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence


def check_target(path: str, read_from: Iterable[str]) -> None:
    """`UsageError` where ``path`` is no place for a file, or one of those that are read. Asked before any work is done."""
    place = Path(path)
    try:
        mode = place.stat().st_mode if place.exists() else stat.S_IFREG
        folder = place.parent.is_dir()
        same = next((file for file in read_from if place.exists() and Path(file).exists() and place.samefile(file)), None)
    except (OSError, ValueError) as error:
        raise UsageError(f"-o {path}: {getattr(error, 'strerror', None) or error}") from None
    if not folder:
        raise UsageError(Sentence("-o {path}: there is no folder {folder}", path=path, folder=repr(str(place.parent))))
    if not stat.S_ISREG(mode):
        raise UsageError(Sentence("-o {path} is there and is not a file", path=path))
    if same is not None:
        raise UsageError(Sentence("-o {path} is {file}, which is read\n  fix: another name", path=path, file=same))


def save(files: dict[str, bytes]) -> None:
    """Write each file beside its place under another name, and put all of them in place when all are written."""
    parts = {path: Path(path).with_name(f".{Path(path).name}.{os.getpid()}.part") for path in files}
    try:
        for path, content in files.items():
            _write(path, parts[path], content)
        for path, part in parts.items():
            part.replace(path)
    except OSError as error:
        raise UsageError(f"-o {error.filename2 or error.filename}: {error.strerror or error}") from None
    finally:
        for part in parts.values():
            with contextlib.suppress(OSError):  # what could not be written is not there, and that is said already
                part.unlink(missing_ok=True)


def _write(path: str, part: Path, content: bytes) -> None:
    try:
        with part.open("xb") as file:
            file.write(content)
    except OSError as error:
        raise UsageError(f"-o {path}: {error.strerror or error}") from None
