"""Where a result goes: the standard output, or a file whose ending chooses the format."""

import json
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

import click

from convlens.ir.errors import UsageError


def emit(text: str, *, color: bool = False) -> None:
    """Print a text; a character that the standard output cannot encode is printed as its escape."""
    encoding = sys.stdout.encoding or "utf-8"
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding), nl=False, color=color)


def emit_json(record: dict[str, Any]) -> None:
    """Print a record as JSON, its characters as they are wherever the standard output can encode them."""
    text = json.dumps(record, ensure_ascii=False, indent=2)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(record, indent=2)
    click.echo(text)


def ending_of(path: str, endings: Collection[str]) -> str:
    """The ending that chooses the format of a file; `UsageError` for one that says none. Asked before any work is done."""
    ending = Path(path).suffix.lower()
    if ending not in endings:
        shown = f"the ending {ending!r}" if ending else "no ending"
        raise UsageError(f"-o {path}: {shown} says no format\n  fix: one of {', '.join(endings)}")
    return ending


def write(path: str, text: str) -> None:
    """Write a result to a file, in UTF-8."""
    try:
        Path(path).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"-o {path}: {error.strerror or error}") from None
