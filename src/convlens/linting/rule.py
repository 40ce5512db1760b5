"""A rule: one fault that a network may have, with its documentation and its tests in the docstring."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, ClassVar, Literal

from convlens.lang.remark import Remark
from convlens.linting.documentation import Documentation, documentation
from convlens.linting.finding import Finding, Fix, Severity
from convlens.linting.network import Network

STATED = ("code", "name", "severity", "status")


class Rule:
    """Base of all rules. Its docstring has a title and the headings Why, Bad, Good and Source; `docs` reads it.

    ``severity`` is that of its findings unless one says another; ``status`` is "preview" while its criterion may change.
    ``instead_of`` are rules that say less about the same cause: where this rule speaks, they are silent about its nodes.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    status: ClassVar[Literal["preview", "stable"]]
    instead_of: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        missing = [what for what in STATED if what not in cls.__dict__]
        if missing:
            raise TypeError(f"the rule {cls.__name__} does not state: {', '.join(missing)}")

    def check(self, net: Network) -> Iterator[Finding]:
        """Every finding in this network, one for each cause."""
        raise NotImplementedError

    def found(
        self, nodes: str | Iterable[str], message: Remark, *, severity: Severity | None = None,
        evidence: Mapping[str, Any] | None = None, fixes: Iterable[Fix] = (),
    ) -> Finding:  # fmt: skip
        """A finding of this rule at these nodes, all of the same cause."""
        names = (nodes,) if isinstance(nodes, str) else tuple(nodes)
        return Finding(self.code, self.name, severity or self.severity, names, message, evidence or {}, tuple(fixes))

    @classmethod
    @cache
    def docs(cls) -> Documentation:
        return documentation(cls)
