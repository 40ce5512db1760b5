"""Reports as workflow commands of GitHub Actions, which shows each as an annotation of a line in a pull request.

Source: GitHub Docs, "Workflow commands for GitHub Actions"; the escapes are those of ``@actions/core``, command.ts.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from convlens.ir.errors import cut
from convlens.lang.messages import say
from convlens.lang.printable import printable
from convlens.linting.finding import Finding
from convlens.linting.forms.text import MAX_NAME, counts, place, title
from convlens.linting.place import place_of

if TYPE_CHECKING:
    from convlens.linting.report import Report

COMMANDS = {"error": "error", "warn": "warning", "info": "notice"}
MAX_TEXT = 4000
"""Characters of one annotation; GitHub cuts longer ones."""


def github(reports: Sequence["Report"], lang: str = "en", *, everything: bool = False) -> str:
    """A line for each error and warning, with ``everything`` for each note too; then a line of the counts."""
    lines = []
    for report in reports:
        shown = (finding for finding in report.findings if everything or finding.severity != "info")
        lines += [_command(report, finding, lang) for finding in shown]
        lines.append(printable(f"{title(report, lang)}: {counts(report, lang)}"))
    return "\n".join(lines) + "\n"


def _command(report: "Report", finding: Finding, lang: str) -> str:
    fixes = (say(lang, "fix: {words}", words=fix.words.text(lang)) for fix in finding.fixes)
    message = "\n".join([finding.message.text(lang), *fixes])
    properties = ",".join(f"{name}={as_property(value)}" for name, value in _properties(report, finding, lang))
    return f"::{COMMANDS[finding.severity]} {properties}::{as_data(message)}"


def _properties(report: "Report", finding: Finding, lang: str) -> Iterator[tuple[str, str]]:
    where = place_of(report.net.graph, report.origin, finding.node)
    if where is not None:
        yield "file", where.file
        if where.line is not None:
            yield "line", str(where.line)
    yield "title", cut(f"{finding.code} {finding.name}: {place(finding, lang)}".removesuffix(": "), 2 * MAX_NAME)


def as_data(text: str) -> str:
    """A message: line breaks are escaped, other control characters written out.

    >>> as_data("50 %\\n::error::no\\x1b")
    '50 %25%0A::error::no\\\\x1b'
    """
    whole = printable(cut(text, MAX_TEXT), "\r\n")
    return whole.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def as_property(text: str) -> str:
    """The value of a property, which a colon or a comma would end.

    >>> as_property("a:b,c")
    'a%3Ab%2Cc'
    """
    return as_data(text).replace(":", "%3A").replace(",", "%2C")
