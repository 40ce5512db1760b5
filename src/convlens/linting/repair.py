"""Fixes applied one after the other, each checked by looking at the mended network again."""

from collections.abc import Iterator
from functools import partial
from itertools import product
from typing import NamedTuple

from convlens.ir.errors import ConvlensError
from convlens.ir.graph import Graph
from convlens.ir.spec import Shape
from convlens.linting.finding import Finding, Fix, Severity
from convlens.linting.lint import lint_graph
from convlens.linting.report import Report
from convlens.linting.settings import Settings
from convlens.linting.table import codes

Severities = tuple[Severity, ...]
MOST = 1000
"""Fixes in one repair."""


class Mended(NamedTuple):
    """A finding that is gone, by which of its fixes."""

    finding: Finding
    fix: Fix


class Repair(NamedTuple):
    """What was mended, in order, and the report on the network as it is now."""

    before: Report
    mended: tuple[Mended, ...]
    after: Report

    @property
    def graph(self) -> Graph:
        return self.after.net.graph


def repair(graph: Graph, settings: Settings = Settings(), origin: str = "") -> Repair:  # noqa: B008 - immutable
    """Apply a fix for every error and warning that has one, or for every finding of the rules that ``settings`` select.

    A fix counts only where the finding is gone from its nodes, the network still runs with the same output shapes (unless
    the fault lies in them) and no error or warning is new; else the next best one is tried. A network that did not run has
    to run, or to end later than before.

    >>> from convlens.ir.text import parse
    >>> net = parse("input x: 1x3x8x8\\nc = conv(x, out=4, kernel=3x3)\\nb = batch_norm(c)\\noutput b")
    >>> [(done.finding.code, done.finding.node) for done in repair(net).mended]
    [('S01', 'c')]
    """
    before = report = lint_graph(graph, settings, origin=origin)
    mended: list[Mended] = []
    while len(mended) < MOST:
        step = next(_steps(report), None)
        if step is None:
            break
        done, report = step
        mended.append(done)
    return Repair(before, tuple(mended), report)


def _steps(report: Report) -> Iterator[tuple[Mended, Report]]:
    """The fixes that work, the best of the worst finding first."""
    for finding in filter(partial(is_meant, report), report.findings):
        for bad, fix in product(_unwanted(report), finding.fixes):
            after = _tried(report, finding, fix, bad)
            if after is not None:
                yield Mended(finding, fix), after


def is_meant(report: Report, finding: Finding) -> bool:
    """Is it to be mended: a finding of a rule that is selected, or without a selection an error or warning?"""
    chosen = codes(report.settings.select)
    return finding.code in chosen if chosen else finding.severity != "info"


def _unwanted(report: Report) -> tuple[Severities, ...]:
    """How bad a new finding must not be: best no error and no warning. Of a network that ends early, findings may only not
    have been seen before, so there a fix with new warnings is better than none.
    """
    return (("error", "warn"),) if report.net.facts.broken is None else (("error", "warn"), ("error",))


def _tried(before: Report, finding: Finding, fix: Fix, bad: Severities) -> Report | None:
    if fix.apply is None:
        return None
    try:
        after = lint_graph(fix.apply(before.net.graph), before.settings, origin=before.origin)
    except ConvlensError:  # this fix is not possible here, as where a setting would leave its range
        return None
    kept = _goes_on(before, after) if before.net.facts.broken is not None else fix.reshapes or _same_outputs(before, after)
    return after if kept and _is_gone(finding, after) and not _new_faults(before, after, bad) else None


def _is_gone(finding: Finding, after: Report) -> bool:
    """Does the rule speak no more about these nodes? A finding about the whole network is gone with its rule."""
    again = [other for other in after.findings if other.code == finding.code]
    return not any(set(other.nodes) & set(finding.nodes) or not finding.nodes for other in again)


def _new_faults(before: Report, after: Report, bad: Severities) -> set[tuple[str, str]]:
    """What is found in layers behind the one at which the network ended was only not to be seen before."""
    unseen = _unseen(before)
    return {(code, node) for code, node in _faults(after, bad) - _faults(before, bad) if node not in unseen}


def _faults(report: Report, bad: Severities) -> set[tuple[str, str]]:
    return {(f.code, node) for f in report.findings if f.severity in bad for node in f.nodes or ("",)}


def _unseen(report: Report) -> set[str]:
    """The nodes from the one at which the network ends."""
    return {node.name for node in report.net.graph if node.name not in report.net.facts.nodes}


def _goes_on(before: Report, after: Report) -> bool:
    """Does a network that ended too early reach its end now, or one of the layers behind?"""
    was, now = before.net.facts.broken, after.net.facts.broken
    return now is None or (was is not None and now.name in _unseen(before) - {was.name})


def _same_outputs(before: Report, after: Report) -> bool:
    made = _outputs(after)
    return made is not None and made == _outputs(before)


def _outputs(report: Report) -> list[Shape] | None:
    net = report.net
    return None if net.facts.broken is not None else [net.spec(ref).dims for ref in net.graph.outputs]
