"""What the rules found in one network."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from convlens.ir.record import as_json
from convlens.linting.apply import Passed
from convlens.linting.finding import SEVERITIES, Finding, Severity
from convlens.linting.network import Network
from convlens.linting.settings import Settings

WIDTH = 100


class Report:
    """``findings``, the worst first, and those that an exemption let pass. ``str`` is the text for people, without colour.

    ``failed`` says whether the worst finding is at least as bad as the settings' ``fail_on``.
    """

    def __init__(self, net: Network, settings: Settings, findings: tuple[Finding, ...], passed: tuple[Passed, ...]) -> None:
        self.net: Network = net
        self.settings: Settings = settings
        self.findings: tuple[Finding, ...] = findings
        self.passed: tuple[Passed, ...] = passed

    @cached_property
    def counts(self) -> dict[Severity, int]:
        """How many findings there are of each severity."""
        return {severity: sum(f.severity == severity for f in self.findings) for severity in SEVERITIES}

    @property
    def failed(self) -> bool:
        failing = SEVERITIES[: SEVERITIES.index(self.settings.fail_on) + 1]
        return any(self.counts[severity] for severity in failing)

    def lines(self, width: int = WIDTH, *, lang: str = "en", everything: bool = False) -> Iterator[tuple[str, str]]:
        """The text, line by line, each with its kind; notes (info) in one line each unless ``everything`` is wanted."""
        from convlens.linting.forms.text import lines  # noqa: PLC0415 - each form loads its own writer

        return lines(self, width, lang, everything)

    def text(self, width: int = WIDTH, *, lang: str = "en", everything: bool = False) -> str:
        return "\n".join(line for _, line in self.lines(width, lang=lang, everything=everything)) + "\n"

    def to_dict(self) -> dict[str, Any]:
        """The record of ``lint --json``, schema ``convlens/lint/1``."""
        return {
            "schema": "convlens/lint/1",
            "model": self.net.graph.name,
            "inputs": [{"name": item.name, "shape": list(item.spec.dims)} for item in self.net.graph.inputs],
            "findings": [finding.to_dict() for finding in self.findings],
            "passed": [{**passed.finding.to_dict(), "reason": passed.reason} for passed in self.passed],
            "counts": dict(self.counts),
            "fail_on": self.settings.fail_on,
            "failed": self.failed,
        }

    def to_json(self) -> str:
        """`to_dict` as JSON text."""
        return as_json(self.to_dict())

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {severity}" for severity, count in self.counts.items())
        return f"<Report of {self.net.graph.name!r}: {counts}>"
