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


def chosen_format(out: str | None, endings: Collection[str], *, as_json: bool, markdown: bool) -> str:
    """The one format that is asked for: "", or the ending of the file, or of what the flags mean (".json", ".md").

    `UsageError` where two of them are asked for, before any work is done.
    """
    asked = [ending for flag, ending in ((as_json, ".json"), (markdown, ".md")) if flag]
    if len(asked) > 1:
        raise UsageError("--json and --markdown are two formats\n  fix: one of them")
    ending = ending_of(out, endings) if out else ""
    if ending and asked and asked != [ending]:
        flag = "--json" if as_json else "--markdown"
        raise UsageError(f"{flag} and -o {out} are two formats\n  fix: -o with the ending {asked[0]}, or no {flag}")
    return ending or next(iter(asked), "")


def write(path: str, text: str) -> None:
    """Write a result to a file, in UTF-8."""
    try:
        Path(path).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"-o {path}: {error.strerror or error}") from None
