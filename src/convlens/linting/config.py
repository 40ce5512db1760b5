"""The settings of a project: a file ``convlens.toml``, or the table ``[tool.convlens]`` of a pyproject.toml."""

import tomllib
from pathlib import Path
from typing import Any

from convlens.importers.files import need_file
from convlens.ir.errors import UsageError
from convlens.linting.config_keys import Key, settings_of
from convlens.linting.settings import Settings

OWN = "convlens.toml"
SHARED = "pyproject.toml"
TABLE = ("tool", "convlens")
MAX_BYTES = 2**20
"""Bytes of a file of settings."""


def read(file: str | None = None, folder: Path | None = None) -> Settings:
    """The settings of ``file``, or of the nearest one upward from ``folder`` (the working directory).

    In one folder convlens.toml goes before pyproject.toml, and a pyproject.toml without ``[tool.convlens]`` is passed over.
    Where there is no file, the settings are the usual ones. Raises `UsageError` with the file and the key for what cannot be
    read.
    """
    if file is not None:
        return _from(need_file(file, (".toml",)), named=True) or Settings()
    start = (folder or _here()).absolute()
    for place in (start, *start.parents):
        for name in (OWN, SHARED):
            found = _from(place / name) if _is_file(place / name) else None
            if found is not None:
                return found
    return Settings()


def _here() -> Path:
    """The working directory; the root where that is no more."""
    try:
        return Path.cwd()
    except OSError:
        return Path("/")


def _is_file(path: Path) -> bool:
    """Not where it may not be looked at."""
    try:
        return path.is_file()
    except OSError:
        return False


def _from(file: Path, *, named: bool = False) -> Settings | None:
    """None for a pyproject.toml that has nothing to say, unless it is asked for by its name."""
    shown, content = _shown(file), _parsed(file)
    if file.name != SHARED:
        return settings_of(content, Key(shown))
    for part in TABLE:
        content = content.get(part, {}) if isinstance(content, dict) else {}
        if content == {}:
            if named:
                raise UsageError(f"{shown}: there is no table [{'.'.join(TABLE)}]")
            return None
    return settings_of(content, Key(shown, TABLE))


def _shown(file: Path) -> str:
    """Relative to the working directory where it lies in it."""
    here = _here()
    return str(file.relative_to(here) if file.is_absolute() and file.is_relative_to(here) else file)


def _parsed(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise UsageError(f"{_shown(file)}: more than {MAX_BYTES} bytes; settings are read up to that size")
        return tomllib.loads(content.decode("utf-8"))
    except OSError as error:
        raise UsageError(f"{_shown(file)} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        why = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        raise UsageError(f"{_shown(file)} is not TOML: {why}\n  fix: mend it, or --no-config") from None
