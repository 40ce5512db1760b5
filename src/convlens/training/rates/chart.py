"""A curve in a terminal, in characters that every terminal has."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from convlens.lang.messages import say

if TYPE_CHECKING:
    from convlens.training.rates.picture import Curve

ACROSS = 60
DOWN = 12


def chart(at: Sequence[float], curves: "Sequence[Curve]", lang: str, *, powers: bool) -> list[str]:
    """Lines of text, the highest value on top, at most twice the first; ``at`` are powers of ten where ``powers`` is true.

    >>> from convlens.training.rates.picture import Curve
    >>> chart([0, 1], [Curve("", [1.0, 0.0])], "en", powers=False)[1]
    '         1 |*'
    """
    values = [value for curve in curves for value in curve.values]
    if len(values) < 2:
        return []
    low, high = min(values), min(max(values), 2 * max(curve.values[0] for curve in curves if curve.values))
    rows = [[" "] * ACROSS for _ in range(DOWN)]
    for curve in curves:
        for place, value in zip(at, curve.values, strict=False):
            across = round((place - at[0]) / ((at[-1] - at[0]) or 1) * (ACROSS - 1))
            rows[round((high - min(value, high)) / ((high - low) or 1) * (DOWN - 1))][across] = "*"
    labels = [f"{high:.3g}", *[""] * (DOWN - 2), f"{low:.3g}"]
    drawn = [f"{label:>10} |{''.join(row)}".rstrip() for label, row in zip(labels, rows, strict=True)]
    ends = [f"{10**place:.1g}" if powers else f"{place:g}" for place in (at[0], at[-1])]
    axis = say(lang, "learning rate") if powers else say(lang, "iteration")
    line = f"{ends[0]}{ends[1]:>{ACROSS - len(ends[0])}}"
    return [f"{say(lang, 'loss'):>10}", *drawn, f"{'':>10} +{'-' * ACROSS}", f"{'':>12}{line}  {axis}"]
