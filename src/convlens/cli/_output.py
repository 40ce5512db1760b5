"""Where a result goes: the standard output, or a file whose ending chooses the format."""

import io
import json
import os
import sys
from collections.abc import Collection
from pathlib import Path
from typing import IO, Any

import click

from convlens.ir.errors import UsageError
from convlens.lang.messages import say
from convlens.lang.printable import printable
from convlens.lang.sentence import Sentence

KEPT = "\n\t"
"""The control characters that a text for people may have."""

JSON = (".json", ".sarif")
"""The endings of files that hold JSON, which has escapes of its own."""


def emit(text: str, *, color: bool = False) -> None:
    """Print a text; control characters, and what the standard output cannot encode, as escapes.

    A text in ``color`` is a table: its own escape sequences are those of its colours, its names are clean.
    """
    encoding = sys.stdout.encoding or "utf-8"
    shown = text if color else printable(text, KEPT)
    click.echo(shown.encode(encoding, "backslashreplace").decode(encoding), nl=False, color=color)


def remark(text: str) -> None:
    """Print a line for people to the standard error, control characters as escapes.

    To what stands there now: a progress bar has taken it, so that lines come above the bar; click's own way goes round that.
    """
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    try:
        click.echo(printable(text, KEPT).encode(encoding, "backslashreplace").decode(encoding), file=sys.stderr)
    except (OSError, ValueError):  # full, or closed by the user's own code: nobody can be told, the exit code still says it
        abandon(sys.stderr)


def remark_own_code(model: str, lang: str) -> None:
    """Said before the user's own code is run."""
    remark(say(lang, "running {model}, which is your own code", model=model))


def abandon(stream: IO[str] | io.TextIOBase | None) -> None:
    """Let what a stream could not take go nowhere, so that Python does not try again (exit code 120) when it ends."""
    if stream is None or stream.closed:
        return
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError):  # a stream without a file, as in a test: it has nothing to write when Python ends
        return


def emit_json(record: dict[str, Any]) -> None:
    """Print a record as JSON, its characters as they are wherever the standard output can show them."""
    text = _json_without_controls(json.dumps(record, ensure_ascii=False, indent=2))
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(record, indent=2)
    click.echo(text)


def _json_without_controls(text: str) -> str:
    """JSON escapes what is below a space by itself; this escapes the rest, such as the one-character CSI (U+009B)."""
    if text.replace("\n", "").isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)


def ending_of(path: str, endings: Collection[str]) -> str:
    """The ending that chooses the format of a file; `UsageError` for one that says none. Asked before any work is done."""
    ending = Path(path).suffix.lower()
    if ending not in endings:
        known = ", ".join(endings)
        if not ending:
            raise UsageError(Sentence("-o {path}: no ending says no format\n  fix: one of {known}", path=path, known=known))
        raise UsageError(
            Sentence(
                "-o {path}: the ending {ending} says no format\n  fix: one of {known}",
                path=path, ending=repr(ending), known=known,
            )
        )  # fmt: skip
    return ending


def chosen_format(out: str | None, endings: Collection[str], *, as_json: bool, markdown: bool) -> str:
    """The one format that is asked for: "", or the ending of the file, or of what the flags mean (".json", ".md").

    `UsageError` where two of them are asked for, before any work is done.
    """
    asked = [ending for flag, ending in ((as_json, ".json"), (markdown, ".md")) if flag]
    if len(asked) > 1:
        raise UsageError(Sentence("--json and --markdown are two formats\n  fix: one of them"))
    ending = ending_of(out, endings) if out is not None else ""
    if ending and asked and asked != [ending]:
        flag = "--json" if as_json else "--markdown"
        raise UsageError(
            Sentence(
                "{flag} and -o {out} are two formats\n  fix: -o with the ending {ending}, or no {flag}",
                flag=flag, out=out, ending=asked[0],
            )
        )  # fmt: skip
    return ending or next(iter(asked), "")


def clean(text: str, ending: str) -> bytes:
    """What a file of this ending holds: the text in UTF-8, control characters as escapes."""
    return (_json_without_controls(text) if ending in JSON else printable(text, KEPT)).encode("utf-8")


def write(path: str, text: str) -> None:
    """Write a result to a file, in UTF-8, control characters as escapes."""
    try:
        Path(path).write_bytes(clean(text, Path(path).suffix.lower()))
    except OSError as error:
        raise UsageError(f"-o {path}: {error.strerror or error}") from None
