"""A figure of the whole network against the budget that was set for it."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from convlens.arith.units import grouped
from convlens.lang.remark import remark
from convlens.linting.finding import Finding, Fix
from convlens.linting.rule import Rule


class Excess(NamedTuple):
    """``figure`` is larger than ``budget``; ``node`` has the largest part of it, ``part``."""

    figure: int
    budget: int
    node: str
    part: int

    @property
    def over(self) -> int:
        return self.figure - self.budget

    @property
    def share(self) -> str:
        """By how much it is larger, in per cent of the budget.

        >>> Excess(120, 100, "a", 60).share
        '20.0'
        """
        return f"{float(Fraction(100 * self.over, max(self.budget, 1))):.1f}"


def excess(parts: Mapping[str, int], budget: int, figure: int | None = None) -> Excess | None:
    """By how much the sum of the parts is above the budget, or ``figure`` where that is not their sum; None where it is not.

    >>> excess({"a": 60, "b": 40}, 90)
    Excess(figure=100, budget=90, node='a', part=60)
    >>> excess({"a": 60, "b": 40}, 100) is excess({"a": 60}, 70) is None
    True
    """
    total = sum(parts.values()) if figure is None else figure
    if total <= budget:
        return None
    node = max(parts, key=parts.__getitem__, default="")
    return Excess(total, budget, node, parts.get(node, 0))


def told(rule: Rule, found: Excess | None, words: str, fix: str) -> Iterator[Finding]:
    """The finding of a rule about an excess, if there is one.

    The places of ``words`` are {figure}, {over}, {share}, {budget} and {part}.
    """
    if found is None:
        return
    shown = {"figure": found.figure, "over": found.over, "budget": found.budget, "part": found.part}
    yield rule.found(
        [found.node] if found.node else [],
        remark(words, share=found.share, **{name: grouped(value) for name, value in shown.items()}),
        evidence={"figure": found.figure, "budget": found.budget, "over": found.over, "largest": found.part},
        fixes=[Fix(remark(fix))],
    )
