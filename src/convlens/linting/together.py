"""The reports on several networks of one run, which share their exemptions."""

from collections.abc import Mapping, Sequence
from typing import Any

from convlens.linting.apply import UNUSED, exemption_record
from convlens.linting.report import Report


def together(reports: Sequence[Report]) -> list[Report]:
    """The reports, in which an exemption covers nothing only where it does so in all of them, which the last one tells."""
    if len(reports) < 2:
        return list(reports)
    known: list[Mapping[str, Any]] = [exemption_record(passed.exemption) for report in reports for passed in report.passed]
    settled: list[Report] = []
    for report in reversed(reports):
        mine = [finding.evidence for finding in report.findings if finding.code == UNUSED[0]]
        left = tuple(f for f in report.findings if f.code != UNUSED[0] or f.evidence not in known)
        settled.append(report.with_findings(left))
        known += mine
    return settled[::-1]
