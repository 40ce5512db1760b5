"""What a rule has found: where, how bad, with what evidence, and what would mend it."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from convlens.ir.graph import Graph
from convlens.lang.remark import Remark

Severity = Literal["error", "warn", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warn", "info")
"""From the worst. An error breaks the network or wastes what it does for certain, a warning is very likely a fault, an info
is worth knowing and may be meant."""


class Fix(NamedTuple):
    """One way to mend a finding. ``apply`` makes the mended network, None where only a person can do it.

    ``reshapes`` says that an output of the network takes another shape by it, because the fault lies in the shape.
    """

    words: Remark
    apply: Callable[[Graph], Graph] | None = None
    reshapes: bool = False


class Finding(NamedTuple):
    """One fault. All ``nodes`` have it for the same cause; ``node`` is the first of them, "" for the whole network.

    ``evidence`` holds the numbers behind the message, as JSON takes them; ``fixes`` the ways to mend it, the best first.
    """

    code: str
    name: str
    severity: Severity
    nodes: tuple[str, ...]
    message: Remark
    evidence: Mapping[str, Any] = {}
    fixes: tuple[Fix, ...] = ()

    @property
    def node(self) -> str:
        return self.nodes[0] if self.nodes else ""

    def about(self) -> tuple[str, str]:
        """What tells this finding from others: the rule and the node."""
        return self.code, self.node

    def to_dict(self) -> dict[str, Any]:
        """The finding of ``lint --json``; its words are English."""
        return {
            "code": self.code,
            "name": self.name,
            "severity": self.severity,
            "node": self.node,
            "nodes": list(self.nodes),
            "message": self.message.text(),
            "evidence": dict(self.evidence),
            "fix": self.fixes[0].words.text() if self.fixes else "",
            "fixes": [{"words": fix.words.text(), "automatic": fix.apply is not None} for fix in self.fixes],
        }


def worse_first(findings: list[Finding]) -> list[Finding]:
    """By severity; within one, as they were found."""
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))
