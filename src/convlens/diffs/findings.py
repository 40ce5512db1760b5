"""Which faults are new, and which are gone?"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from convlens.linting.finding import SEVERITIES, Finding, Severity


class Findings(NamedTuple):
    """Findings of the new network that the old one has not, and of the old one that the new one has no more."""

    new: tuple[Finding, ...]
    gone: tuple[Finding, ...]

    def worsened(self, least: Severity) -> bool:
        """Is a new finding at least as bad as this?"""
        return any(SEVERITIES.index(finding.severity) <= SEVERITIES.index(least) for finding in self.new)

    def to_dict(self) -> dict[str, Any]:
        return {"new": [finding.to_dict() for finding in self.new], "gone": [finding.to_dict() for finding in self.gone]}


def compared(before: Sequence[Finding], after: Sequence[Finding], pairs: Mapping[str, str]) -> Findings:
    """A finding is the same where its rule speaks about the same layer, whatever that is called now. Of a finding at several
    layers only those are named that are new in it, or gone.
    """
    was = {key for finding in before for key in _keys(finding, pairs)}
    now = {key for finding in after for key in _keys(finding)}
    return Findings(
        tuple(left for finding in after if (left := _rest(finding, {}, was))),
        tuple(left for finding in before if (left := _rest(finding, pairs, now))),
    )


def _keys(finding: Finding, pairs: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    nodes = finding.nodes or ("",)
    return [(finding.code, (pairs or {}).get(node, node) if pairs is not None else node) for node in nodes]


def _rest(finding: Finding, pairs: Mapping[str, str], known: set[tuple[str, str]]) -> Finding | None:
    """The finding at those nodes that are not known on the other side."""
    if not finding.nodes:
        return None if (finding.code, "") in known else finding
    nodes = tuple(node for node in finding.nodes if (finding.code, pairs.get(node, node)) not in known)
    return finding._replace(nodes=nodes) if nodes else None
