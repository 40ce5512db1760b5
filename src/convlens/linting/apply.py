"""Findings as the settings want them: the better informed rule speaks, severities are replaced, exemptions let pass."""

from typing import Any, NamedTuple

from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.finding import Finding, worse_first
from convlens.linting.settings import Exemption, Settings
from convlens.linting.table import codes, every, lookup

UNUSED = ("C01", "unused-exemption")
"""Code and name of the finding that an exemption covers nothing."""


class Passed(NamedTuple):
    """A finding that an exemption lets pass."""

    finding: Finding
    exemption: Exemption

    @property
    def reason(self) -> str:
        return self.exemption.reason


def applied(findings: list[Finding], settings: Settings, run: frozenset[str]) -> tuple[tuple[Finding, ...], tuple[Passed, ...]]:
    """The findings that are left, the worst first, and those that are let pass.

    ``run`` are the codes of the rules that ran: of an exemption from others nobody knows whether it covers something.
    """
    kept = list(_with_severity(_best_informed(findings), settings))
    passed: list[Passed] = []
    for exemption in settings.exemptions:
        kept, more = _without(kept, exemption)
        passed += more
        if not more and _meant(exemption) <= run:
            kept.append(_unused(exemption))
    return tuple(worse_first(kept)), tuple(passed)


def _best_informed(findings: list[Finding]) -> list[Finding]:
    told = {(code, node) for f in findings for code in lookup(f.code).instead_of for node in f.nodes}
    return [f for f in findings if not f.nodes or not all((f.code, node) in told for node in f.nodes)]


def _with_severity(findings: list[Finding], settings: Settings) -> list[Finding]:
    chosen = {code: severity for word, severity in settings.severity for code in codes((word,))}
    return [f._replace(severity=chosen.get(f.code, f.severity)) for f in findings]


def _without(findings: list[Finding], exemption: Exemption) -> tuple[list[Finding], list[Passed]]:
    """A finding at several nodes stays at those that the exemption does not cover."""
    meant = _meant(exemption)
    kept, passed = [], []
    for finding in findings:
        covered = [node for node in finding.nodes if exemption.covers(node)]
        if not covered or finding.code not in meant:
            kept.append(finding)
            continue
        passed.append(Passed(finding._replace(nodes=tuple(covered)), exemption))
        rest = tuple(node for node in finding.nodes if node not in covered)
        if rest:
            kept.append(finding._replace(nodes=rest, fixes=()))
    return kept, passed


def _meant(exemption: Exemption) -> frozenset[str]:
    return codes(exemption.codes) if exemption.codes else frozenset(rule.code for rule in every())


def _unused(exemption: Exemption) -> Finding:
    """That it covers nothing."""
    message = remark(
        marked("the exemption of {codes} at {node} covers no finding"),
        codes=", ".join(exemption.codes) or "*", node=repr(exemption.node),
    )  # fmt: skip
    return Finding(*UNUSED, "warn", (), message, exemption_record(exemption))


def exemption_record(exemption: Exemption) -> dict[str, Any]:
    return {"node": exemption.node, "codes": list(exemption.codes), "model": exemption.model}
