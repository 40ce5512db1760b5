"""Files that are whole or not there, also after a power cut."""

import contextlib
import errno
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from convlens.ir.errors import ConvlensError
from convlens.lang.sentence import Sentence


def write(path: Path, content: bytes) -> None:
    """Write beside the place, flush to the disk, then rename. Raises `ConvlensError` where the disk refuses."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _flush_names(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):  # what could not be written need not be there
            part.unlink(missing_ok=True)
        raise refused(path, error, len(content)) from None


def refused(path: Path, error: OSError, size: int) -> ConvlensError:
    """What is said where the disk does not take ``size`` bytes."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    fix = Sentence("free some space") if full else Sentence("make the folder writable")
    return ConvlensError(
        Sentence(
            "{path} cannot be written ({size} bytes): {reason}\n"
            "  fix: {fix}; what was saved before is whole, and --resume goes on from it",
            path=str(path), size=size, reason=error.strerror or error, fix=fix,
        )
    )  # fmt: skip


def _flush_names(folder: Path) -> None:
    """A renamed file outlives a power cut once its folder is on the disk too. Windows cannot open a folder."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_json(path: Path, record: Mapping[str, Any]) -> None:
    write(path, (json.dumps(plain(record), ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode("utf-8"))


def plain(value: Any) -> Any:
    """JSON has no NaN and no infinity: they are written as texts.

    >>> plain({"loss": float("nan"), "rates": (1, 2.5)})
    {'loss': 'nan', 'rates': [1, 2.5]}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):  # noqa: PLR0124 - only a NaN differs from itself
        return str(value)
    return value
