"""Where the reports of ``lint`` go: what is printed, and what each file holds."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from convlens.cli._lines import coloured
from convlens.cli._output import clean, emit, emit_json, remark
from convlens.ir.record import as_json

if TYPE_CHECKING:
    from convlens.linting.repair import Repair
    from convlens.linting.report import Report

FORMATS = ("table", "json", "markdown", "github", "sarif", "junit")
ENDINGS = {".json": "json", ".md": "markdown", ".sarif": "sarif", ".xml": "junit", ".txt": "table"}
STYLES = {
    "title": "bold", "error": "bold red", "warn": "yellow", "info": "cyan", "fix": "green", "mended": "bold green",
    "source": "dim",
}  # fmt: skip
WIDTH = 100

Lines = Iterable[tuple[str, str]]


class Shown(NamedTuple):
    """How results are shown: ``form`` is "" where none is asked for, ``everything`` whether notes are said in full."""

    form: str
    lang: str
    color: str
    everything: bool


def give_reports(reports: Sequence["Report"], shown: Shown, outs: tuple[str, ...]) -> None:
    """Write the files, all or none, then print the form that is asked for and has no file; without files, the table."""
    from convlens.cli._save import save  # noqa: PLC0415 - `--help` needs no file

    forms = {out: ENDINGS[Path(out).suffix.lower()] for out in outs}
    save({out: clean(_text(form, reports, shown), Path(out).suffix.lower()) for out, form in forms.items()})
    form = shown.form or ("" if outs else "table")
    if form == "table" and form not in forms.values():
        _print(shown, lambda width: _table(reports, width, shown))
    elif form in ("json", "sarif") and form not in forms.values():
        emit_json(_record(form, reports, shown))
    elif form and form not in forms.values():
        emit(_text(form, reports, shown))


def give_mended(done: "Repair", shown: Shown, outs: tuple[str, ...]) -> None:
    """The mended network to its file or the standard output; what was mended to where the network is not."""
    from convlens.cli._save import save  # noqa: PLC0415 - `--help` needs no file
    from convlens.ir.text import format as text_form  # noqa: PLC0415 - `--help` needs no network
    from convlens.linting.forms import mended  # noqa: PLC0415 - each form loads its own writer

    network = text_form(done.graph)
    save({out: clean(network, ".txt") for out in outs})
    if shown.form == "json":
        emit_json(mended.record(done))
    elif outs:
        _print(shown, lambda width: mended.lines(done, width, shown.lang, shown.everything))
    else:
        emit(network)
        remark("\n".join(line for _, line in mended.lines(done, WIDTH, shown.lang, shown.everything)))


def _text(form: str, reports: Sequence["Report"], shown: Shown) -> str:
    if form == "table":
        return "\n".join(line for _, line in _table(reports, WIDTH, shown)) + "\n"
    if form in ("json", "sarif"):
        return as_json(_record(form, reports, shown))
    if form == "junit":
        from convlens.linting.forms.junit import junit  # noqa: PLC0415 - each form loads its own writer

        return junit(reports, shown.lang)
    from convlens.linting.forms.github import github  # noqa: PLC0415 - each form loads its own writer
    from convlens.linting.forms.markdown import markdown  # noqa: PLC0415 - each form loads its own writer

    return (github if form == "github" else markdown)(reports, shown.lang, everything=shown.everything)


def _record(form: str, reports: Sequence["Report"], shown: Shown) -> dict[str, Any]:
    from convlens.linting.forms.sarif import sarif  # noqa: PLC0415 - each form loads its own writer
    from convlens.linting.forms.several import record  # noqa: PLC0415 - each form loads its own writer

    return record(reports) if form == "json" else sarif(reports, shown.lang)


def _table(reports: Sequence["Report"], width: int, shown: Shown) -> Iterator[tuple[str, str]]:
    for at, report in enumerate(reports):
        if at:
            yield "", ""
        yield from report.lines(width, lang=shown.lang, everything=shown.everything)


def _print(shown: Shown, lines: Any) -> None:
    from convlens.report.terminal import screen_of  # noqa: PLC0415 - only a text for people needs a screen

    screen = screen_of(sys.stdout, shown.color)
    found: Lines = lines(min(screen.width, WIDTH))
    emit(coloured(found, STYLES, screen), color=screen.color)
