"""A report for people: what is wrong in full, what is worth knowing in one line each."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from convlens.ir.spec import show_shape
from convlens.lang.layout import wrapped
from convlens.lang.messages import counted, listed, marked, say
from convlens.linting.finding import Finding

if TYPE_CHECKING:
    from convlens.linting.report import Report

Line = tuple[str, str]
NAMED = 3
"""So many nodes of one finding are named."""

INDENT = " " * 6
SHOWN = {"error": marked("error"), "warn": marked("warn"), "info": marked("info")}


def lines(report: "Report", width: int, lang: str, everything: bool) -> Iterator[Line]:
    """Each line with its kind: "title", a severity, "text", "fix" or "source"."""
    graph = report.net.graph
    inputs = listed(lang, [f"{item.name} {show_shape(item.spec.dims)}" for item in graph.inputs])
    yield "title", f"{graph.name}: {inputs}"
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
    yield "source", _counts(report, lang, bool(folded))


def _whole(finding: Finding, width: int, lang: str) -> Iterator[Line]:
    yield "", ""
    yield finding.severity, _head(finding, lang)
    for line in wrapped(finding.message.text(lang), width - len(INDENT)):
        yield "text", INDENT + line
    for fix in finding.fixes:
        words = say(lang, "fix: {words}", words=fix.words.text(lang))
        yield from (("fix", INDENT + line) for line in wrapped(words, width - len(INDENT)))


def _where(finding: Finding, lang: str) -> str:
    """
    >>> from convlens.lang.remark import remark
    >>> _where(Finding("S01", "n", "warn", ("a", "b", "c", "d", "e"), remark("m")), "en")
    'a, b, c and 2 more'
    """
    named = listed(lang, list(finding.nodes[:NAMED]))
    more = len(finding.nodes) - NAMED
    return say(lang, "{nodes} and {count} more", nodes=named, count=more) if more > 0 else named


def _head(finding: Finding, lang: str) -> str:
    return f"{say(lang, SHOWN[finding.severity])} {finding.code} {finding.name}  {_where(finding, lang)}".rstrip()


def _counts(report: "Report", lang: str, folded: bool) -> str:
    counts = report.counts
    found = [
        counted(lang, "{count} error", "{count} errors", counts["error"]),
        counted(lang, "{count} warning", "{count} warnings", counts["warn"]),
        counted(lang, "{count} note", "{count} notes", counts["info"]),
    ]
    text = listed(lang, found)
    if report.passed:
        text += say(lang, "; {count} let pass", count=len(report.passed))
    return text + (say(lang, " (--all shows the notes in full)") if folded else "")
