"""A report for people: what is wrong in full, what is worth knowing in one line each."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from convlens.ir.errors import cut
from convlens.ir.spec import show_shape
from convlens.lang.layout import wrapped
from convlens.lang.messages import counted, listed, marked, said, say
from convlens.lang.printable import printable
from convlens.linting.finding import Finding

if TYPE_CHECKING:
    from convlens.linting.report import Report

Line = tuple[str, str]
NAMED = 3
"""So many nodes of one finding are named."""

MAX_NAME = 100
"""Characters of a name. A longer one is shortened in its middle; the record has all of it."""

INDENT = " " * 6
SHOWN = {"error": marked("error"), "warn": marked("warn"), "info": marked("info")}


def lines(report: "Report", width: int, lang: str, everything: bool) -> Iterator[Line]:
    """Each line with its kind: "title", a severity, "text", "fix" or "source". No line holds a control character."""
    return ((kind, printable(line)) for kind, line in _lines(report, width, lang, everything))


def _lines(report: "Report", width: int, lang: str, everything: bool) -> Iterator[Line]:
    yield "title", title(report, lang)
    folded: list[Finding] = []
    for finding in report.findings:
        if finding.severity == "info" and not everything:
            folded.append(finding)
        else:
            yield from _whole(finding, width, lang)
    if folded:
        yield "", ""
        yield from (("info", _head(finding, lang)) for finding in folded)
    yield "", ""
    yield "source", counts(report, lang) + (say(lang, ALL) if folded else "")


ALL = marked(" (--all shows the notes in full)")
"""What an option of the command line does."""


def title(report: "Report", lang: str) -> str:
    """The network and what goes in."""
    graph = report.net.graph
    inputs = listed(lang, [f"{cut(item.name, MAX_NAME)} {show_shape(item.spec.dims)}" for item in graph.inputs])
    return f"{cut(graph.name, MAX_NAME)}: {inputs}"


def one_line(finding: Finding, lang: str) -> str:
    """A finding without its severity and its fix, for a report that is about more than faults.

    >>> from convlens.lang.remark import remark
    >>> one_line(Finding("S01", "bias-before-norm", "warn", ("c",), remark("4 values")), "en")
    'S01 bias-before-norm c: 4 values'
    """
    where = f"{finding.code} {finding.name} {place(finding, lang)}".rstrip()
    return printable(said(lang, where, finding.message.text(lang)))


def _whole(finding: Finding, width: int, lang: str) -> Iterator[Line]:
    yield "", ""
    yield finding.severity, _head(finding, lang)
    for line in wrapped(finding.message.text(lang), width - len(INDENT)):
        yield "text", INDENT + line
    for fix in finding.fixes:
        words = say(lang, "fix: {words}", words=fix.words.text(lang))
        yield from (("fix", INDENT + line) for line in wrapped(words, width - len(INDENT)))


def place(finding: Finding, lang: str) -> str:
    """The first nodes of a finding, and how many more there are; nothing where it is about the whole network.

    >>> from convlens.lang.remark import remark
    >>> place(Finding("S01", "n", "warn", ("a", "b", "c", "d", "e"), remark("m")), "en")
    'a, b, c and 2 more'
    """
    named = listed(lang, [cut(node, MAX_NAME) for node in finding.nodes[:NAMED]])
    more = len(finding.nodes) - NAMED
    return say(lang, "{nodes} and {count} more", nodes=named, count=more) if more > 0 else named


def _head(finding: Finding, lang: str) -> str:
    return f"{say(lang, SHOWN[finding.severity])} {finding.code} {finding.name}  {place(finding, lang)}".rstrip()


def counts(report: "Report", lang: str) -> str:
    """How many findings there are of each severity, and how many are let pass."""
    found = [
        counted(lang, "{count} error", "{count} errors", report.counts["error"]),
        counted(lang, "{count} warning", "{count} warnings", report.counts["warn"]),
        counted(lang, "{count} note", "{count} notes", report.counts["info"]),
    ]
    text = listed(lang, found)
    return text + say(lang, "; {count} let pass", count=len(report.passed)) if report.passed else text
