"""Which rules run, how bad their findings are, and what is let pass."""

from fnmatch import fnmatchcase
from typing import NamedTuple

from convlens.linting.finding import Severity
from convlens.linting.options import Options


class Exemption(NamedTuple):
    """Findings of the rules ``codes`` (codes, names or families; empty: all) at nodes that match ``node`` are let pass,
    for this ``reason``. ``node`` may hold ``*`` and ``?``.
    """

    node: str
    codes: tuple[str, ...]
    reason: str

    def covers(self, node: str) -> bool:
        """
        >>> Exemption("features.*", (), "as published").covers("features.0")
        True
        """
        return fnmatchcase(node, self.node)


class Settings(NamedTuple):
    """``select`` and ``ignore`` name rules by code, name or family letter; an empty ``select`` means all.

    ``severity`` replaces that of a rule's findings: pairs of a rule and "error", "warn" or "info". A report fails where a
    finding is at least as bad as ``fail_on``.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: tuple[tuple[str, Severity], ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    options: Options = Options()
    fail_on: Severity = "warn"
