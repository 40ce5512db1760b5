"""What the rules found in one network."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from convlens.ir.record import as_json
from convlens.linting.apply import UNUSED, Passed
from convlens.linting.finding import SEVERITIES, Finding, Severity
from convlens.linting.network import Network
from convlens.linting.place import place_of, source_of
from convlens.linting.settings import Settings

WIDTH = 100


class Report:
    """``findings``, the worst first, and those that an exemption let pass. ``str`` is the text for people, without colour.

    ``rules`` are the code and the name of each rule that ran, ``origin`` is the file of the network ("" where there is none).
    ``failed`` says whether the worst finding is at least as bad as the settings' ``fail_on``.
    """

    def __init__(
        self, net: Network, settings: Settings, findings: tuple[Finding, ...], passed: tuple[Passed, ...],
        rules: tuple[tuple[str, str], ...], origin: str = "",
    ) -> None:  # fmt: skip
        self.net: Network = net
        self.settings: Settings = settings
        self.findings: tuple[Finding, ...] = findings
        self.passed: tuple[Passed, ...] = passed
        self.rules: tuple[tuple[str, str], ...] = rules
        self.origin: str = origin

    def with_findings(self, findings: tuple[Finding, ...]) -> "Report":
        """The same report with these findings."""
        return Report(self.net, self.settings, findings, self.passed, self.rules, self.origin)

    @cached_property
    def counts(self) -> dict[Severity, int]:
        """How many findings there are of each severity."""
        return {severity: sum(f.severity == severity for f in self.findings) for severity in SEVERITIES}

    @property
    def failed(self) -> bool:
        return any(map(self.fails, self.findings))

    def fails(self, finding: Finding) -> bool:
        """Is this finding as bad as what makes the report fail?"""
        return SEVERITIES.index(finding.severity) <= SEVERITIES.index(self.settings.fail_on)

    @property
    def ran(self) -> tuple[tuple[str, str], ...]:
        """The rules that ran, and behind them the check of the exemptions where it found something."""
        return (*self.rules, UNUSED) if any(f.code == UNUSED[0] for f in self.findings) else self.rules

    def lines(self, width: int = WIDTH, *, lang: str = "en", everything: bool = False) -> Iterator[tuple[str, str]]:
        """The text, line by line, each with its kind; notes (info) in one line each unless ``everything`` is wanted."""
        from convlens.linting.forms.text import lines  # noqa: PLC0415 - each form loads its own writer

        return lines(self, width, lang, everything)

    def text(self, width: int = WIDTH, *, lang: str = "en", everything: bool = False) -> str:
        return "\n".join(line for _, line in self.lines(width, lang=lang, everything=everything)) + "\n"

    def to_markdown(self, *, lang: str = "en", everything: bool = False) -> str:
        """A table for a comment on a pull request."""
        from convlens.linting.forms.markdown import markdown  # noqa: PLC0415 - each form loads its own writer

        return markdown([self], lang, everything=everything)

    def to_sarif(self, *, lang: str = "en") -> dict[str, Any]:
        """The record of ``lint --format sarif``, SARIF 2.1.0."""
        from convlens.linting.forms.sarif import sarif  # noqa: PLC0415 - each form loads its own writer

        return sarif([self], lang)

    def to_dict(self) -> dict[str, Any]:
        """The record of ``lint --json``, schema ``convlens/lint/1``."""
        return {
            "schema": "convlens/lint/1",
            "model": self.net.graph.name,
            "file": self.origin,
            "inputs": [{"name": item.name, "shape": list(item.spec.dims)} for item in self.net.graph.inputs],
            "findings": [self._finding(finding) for finding in self.findings],
            "passed": [{**self._finding(passed.finding), "reason": passed.reason} for passed in self.passed],
            "counts": dict(self.counts),
            "fail_on": self.settings.fail_on,
            "failed": self.failed,
        }

    def _finding(self, finding: Finding) -> dict[str, Any]:
        where = place_of(self.net.graph, self.origin, finding.node)
        line = where.line if where else None
        return {**finding.to_dict(), "line": line, "source": source_of(self.net.graph, finding.node)}

    def to_json(self) -> str:
        """`to_dict` as JSON text."""
        return as_json(self.to_dict())

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {severity}" for severity, count in self.counts.items())
        return f"<Report of {self.net.graph.name!r}: {counts}>"
