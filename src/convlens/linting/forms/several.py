"""The reports on several networks in one form."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from convlens.linting.finding import SEVERITIES

if TYPE_CHECKING:
    from convlens.linting.report import Report


def record(reports: Sequence["Report"]) -> dict[str, Any]:
    """The record of ``lint --json``: that of the one report, or schema ``convlens/lints/1`` with all of them."""
    if len(reports) == 1:
        return reports[0].to_dict()
    return {
        "schema": "convlens/lints/1",
        "reports": [report.to_dict() for report in reports],
        "counts": {severity: sum(report.counts[severity] for report in reports) for severity in SEVERITIES},
        "failed": any(report.failed for report in reports),
    }
