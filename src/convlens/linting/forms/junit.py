"""Reports as JUnit XML: a test suite for each network, in it a test for each rule that ran."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from convlens.lang.messages import say
from convlens.lang.printable import printable
from convlens.linting.finding import Finding
from convlens.linting.forms.text import one_line
from convlens.linting.place import place_of

if TYPE_CHECKING:
    from convlens.linting.report import Report

KEPT = "\n\t"
"""The control characters of a text; XML 1.0 allows no other below a space but the carriage return, which parsers change."""


def junit(reports: Sequence["Report"], lang: str = "en") -> str:
    """A rule fails where one of its findings makes the report fail; what is less bad stands in the test's output.

    A rule of which every finding is let pass is skipped, with the reasons. The text is ASCII, whatever prints it.
    """
    root = ET.Element("testsuites", name="convlens lint")
    for report in reports:
        root.append(_suite(report, lang))
    for counted in ("tests", "failures", "skipped"):
        root.set(counted, str(sum(int(suite.get(counted, 0)) for suite in root)))
    root.set("errors", "0")
    ET.indent(root)
    return f'<?xml version="1.0"?>\n{ET.tostring(root, encoding="us-ascii").decode()}\n'


def _suite(report: "Report", lang: str) -> ET.Element:
    cases = [_case(report, code, name, lang) for code, name in report.ran]
    suite = ET.Element("testsuite", name=_clean(report.net.graph.name), tests=str(len(cases)), errors="0")
    suite.set("failures", str(sum(case.find("failure") is not None for case in cases)))
    suite.set("skipped", str(sum(case.find("skipped") is not None for case in cases)))
    suite.extend(cases)
    return suite


def _case(report: "Report", code: str, name: str, lang: str) -> ET.Element:
    found = [finding for finding in report.findings if finding.code == code]
    failing = [finding for finding in found if report.fails(finding)]
    case = ET.Element("testcase", name=f"{code} {name}", classname=_clean(report.net.graph.name), time="0")
    _set_place(case, report, [*failing, *found])
    if failing:
        failure = ET.SubElement(case, "failure", type=failing[0].severity, message=_clean(one_line(failing[0], lang)))
        failure.text = _clean("\n".join(_words(finding, lang) for finding in failing))
    elif not found and (reasons := [passed.reason for passed in report.passed if passed.finding.code == code]):
        ET.SubElement(case, "skipped", message=_clean("; ".join(reasons)))
    rest = [finding for finding in found if not report.fails(finding)]
    if rest:
        ET.SubElement(case, "system-out").text = _clean("\n".join(_words(finding, lang) for finding in rest))
    return case


def _set_place(case: ET.Element, report: "Report", findings: list[Finding]) -> None:
    where = place_of(report.net.graph, report.origin, findings[0].node if findings else "")
    if where is not None:
        case.set("file", _clean(where.file))
        if where.line is not None:
            case.set("line", str(where.line))


def _words(finding: Finding, lang: str) -> str:
    fixes = (say(lang, "fix: {words}", words=fix.words.text(lang)) for fix in finding.fixes)
    return "\n".join([one_line(finding, lang), *fixes])


def _clean(text: str) -> str:
    """Without what XML forbids: control characters and halves of surrogate pairs are written out."""
    return printable(text, KEPT).replace("\ufffe", "").replace("\uffff", "")
