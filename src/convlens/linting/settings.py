"""Which rules run, how bad their findings are, and what is let pass."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import NamedTuple

from convlens.linting.finding import Severity
from convlens.linting.options import Options


class Exemption(NamedTuple):
    """Findings of the rules ``codes`` (codes, names or families; empty: all) at nodes that match ``node`` are let pass,
    for this ``reason``. ``node`` may hold ``*`` and ``?``, and so may ``model``: the network's name, its file, or that file's
    name.
    """

    node: str
    codes: tuple[str, ...]
    reason: str
    model: str = "*"

    def covers(self, node: str) -> bool:
        """
        >>> Exemption("features.*", (), "as published").covers("features.0")
        True
        """
        return fnmatchcase(node, self.node)

    def concerns(self, name: str, file: str) -> bool:
        """Is it about the network of this name, which was read from this file?

        >>> of_file = Exemption("features.*", (), "as published", "a.txt")
        >>> of_file.concerns("alexnet", "nets/a.txt"), of_file.concerns("alexnet", "nets/ba.txt")
        (True, False)
        """
        return any(fnmatchcase(each, self.model) for each in (name, file, PurePosixPath(file).name))


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

    def given(
        self, select: Iterable[str] = (), ignore: Iterable[str] = (), options: Options = Options(),  # noqa: B008 - immutable
        fail_on: Severity | None = None,
    ) -> "Settings":  # fmt: skip
        """These settings with what a call says itself, which goes before them.

        A rule that the call selects is not ignored by the settings; what it ignores is ignored beside what they ignore.
        Raises `UsageError` where ``select`` names no rule.

        >>> Settings(select=("S",), ignore=("S01",)).given(ignore=("S02",)).ignore
        ('S01', 'S02')
        >>> Settings(ignore=("S01", "B01")).given(select=("S01",)).ignore
        ('B01',)
        """
        chosen = tuple(select)
        said = {field: value for field, value in options._asdict().items() if value not in ("", None)}
        return self._replace(
            select=chosen or self.select,
            ignore=(*_unselected(self.ignore, chosen), *ignore),
            options=self.options._replace(**said),
            fail_on=fail_on or self.fail_on,
        )


def _unselected(words: tuple[str, ...], chosen: tuple[str, ...]) -> tuple[str, ...]:
    """Those of ``words`` that name no rule that ``chosen`` names, too."""
    if not words or not chosen:
        return words
    from convlens.linting.table import codes  # noqa: PLC0415 - the rules are loaded only where they are asked for

    return tuple(word for word in words if not codes((word,)) & codes(chosen))
