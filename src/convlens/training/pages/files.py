"""Files of a run's folder, read with bounds: whatever they hold, memory and time stay small and nothing outside is opened."""

import json
import tomllib
from array import array
from collections.abc import Iterator
from math import nan
from pathlib import Path
from typing import Any, TypeAlias

MAX_TEXT = 4 * 2**20
"""Bytes of a JSON, TOML or text file."""

MAX_LINES = 128 * 2**20
"""Bytes of a file of JSON lines: about a million steps."""

MAX_LINE = 8192
"""Bytes of one line; a longer one is none of ours."""

MAX_ROWS = 1_000_000


Column: TypeAlias = "array[float]"
"""One number a line."""


class UnreadableError(Exception):
    """A file is there but holds no such thing; the text says why."""


def inside(folder: Path, name: str) -> Path | None:
    """The file of this name; None where there is none, or where it is no plain file inside the folder."""
    path = folder / name
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        return None
    return real if real.is_file() and real.is_relative_to(folder.resolve()) else None


def text_of(folder: Path, name: str) -> str | None:
    """The whole of a text file, None where it is missing. Raises `UnreadableError` where it is too large or cannot be read."""
    path = inside(folder, name)
    if path is None:
        return None
    content = head_of(path, MAX_TEXT + 1)
    if len(content) > MAX_TEXT:
        raise UnreadableError(f"larger than {MAX_TEXT // 2**20} MiB")
    return content.decode("utf-8", "replace")


def head_of(path: Path, most: int) -> bytes:
    """At most so many bytes from the beginning of a file."""
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise UnreadableError(error.strerror or str(error)) from None


def json_of(folder: Path, name: str) -> Any:
    """The value of a JSON file, None where it is missing. Raises `UnreadableError`."""
    text = text_of(folder, name)
    if text is None:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(_why(error)) from None


def table_of(folder: Path, name: str) -> dict[str, Any]:
    """The object of a JSON file; empty where it is missing. Raises `UnreadableError`, also where it is no object."""
    found = json_of(folder, name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise UnreadableError("no JSON object")
    return found


def toml_of(folder: Path, name: str) -> dict[str, Any]:
    """The values of a TOML file, those of its tables among them; empty where it is missing. Raises `UnreadableError`."""
    text = text_of(folder, name)
    if text is None:
        return {}
    try:
        found = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(_why(error)) from None
    flat: dict[str, Any] = {}
    for key, value in found.items():
        flat.update(value if isinstance(value, dict) else {key: value})
    return flat


def columns_of(folder: Path, name: str, keys: tuple[str, ...]) -> tuple[dict[str, Column], bool]:
    """The numbers of a file of JSON lines by key, NaN where a line has none, and whether all of it was read.

    A run that was killed leaves half a line at the end, which is no fault; any other line that is no object is left out,
    and makes the second value False.
    """
    columns: dict[str, Column] = {key: array("d") for key in keys}
    path = inside(folder, name)
    if path is None:
        return columns, True
    whole, broken, count = True, False, 0
    for line in _lines(path):
        whole, row, count = whole and not broken, _object(line), count + 1
        broken = row is None and bool(line.strip())
        if row is not None:
            for key in keys:
                columns[key].append(number(row.get(key)))
    return columns, whole and path.stat().st_size <= MAX_LINES and count < MAX_ROWS


def number(value: Any) -> float:
    """The value as a float; NaN where it is no number, or too large for one.

    >>> number(3), number("3"), number(10**400)
    (3.0, nan, nan)
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return nan
    try:
        return float(value)
    except OverflowError:
        return nan


def _lines(path: Path) -> Iterator[bytes]:
    """Its lines, none longer than `MAX_LINE`: of a longer one only the beginning, which is no JSON."""
    try:
        with path.open("rb") as file:
            left, count = MAX_LINES, 0
            while left > 0 and count < MAX_ROWS and (line := file.readline(MAX_LINE)):
                left, count = left - len(line), count + 1
                yield line
    except OSError as error:
        raise UnreadableError(error.strerror or str(error)) from None


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _why(error: Exception) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)[:200]
