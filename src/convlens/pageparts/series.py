"""Curves for a page, whatever they are of: what is drawn by ``web/curves.js``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from typing import Any

Text = str | Mapping[str, str]
"""The same in every language, or by language."""

MOST = 400
"""Points of a curve; of more, each stands for several."""


@dataclass(frozen=True)
class Series:
    """One curve: ``y`` at the places ``x`` of a `Chart`, with a band from ``low`` to ``high`` where these are given.

    ``colour`` is a number of the palette, the same for what belongs together; ``form`` is line, dashed (both through
    their points, which are marked where there are few) or faint. A number that is not finite is a gap.
    """

    label: Text
    x: str
    y: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    colour: int = 0
    form: str = "line"

    def record(self) -> dict[str, Any]:
        band = {"low": rounded(self.low), "high": rounded(self.high)} if len(self.low) else {}
        return {"label": self.label, "x": self.x, "y": rounded(self.y), **band, "colour": self.colour, "form": self.form}


@dataclass(frozen=True)
class Panel:
    """Curves over one another with one vertical axis, whose ``unit`` is "" or "%"; ``log`` where a logarithm makes sense."""

    title: Text
    series: Sequence[Series]
    unit: str = ""
    log: bool = False
    height: int = 220

    def record(self) -> dict[str, Any]:
        drawn = [one.record() for one in self.series]
        return {"title": self.title, "unit": self.unit, "log": self.log, "height": self.height, "series": drawn}


@dataclass(frozen=True)
class Chart:
    """Panels below one another with one horizontal axis.

    ``axes`` are the axes from which a reader may choose, each with its name and, for every key that a series may have as
    its ``x``, the places on it.
    """

    axes: Sequence[tuple[Text, Mapping[str, Sequence[float]]]]
    panels: Sequence[Panel]

    def record(self) -> dict[str, Any]:
        axes = [{"label": label, "places": {key: rounded(xs, 6) for key, xs in places.items()}} for label, places in self.axes]
        return {"axes": axes, "panels": [panel.record() for panel in self.panels if panel.series]}


def rounded(values: Sequence[float], digits: int = 4) -> list[float | int | None]:
    """So many significant digits; None for what is not finite.

    >>> rounded([0.123456, 3.0, float("nan")])
    [0.1235, 3, None]
    """
    return [_short(float(f"{value:.{digits}g}")) if isfinite(value) else None for value in values]


def _short(value: float) -> float | int:
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def smoothed(values: Sequence[float], width: int, places: Sequence[int]) -> list[float]:
    """At these places the mean of the ``width`` finite values around each, of fewer at both ends; NaN where it is a gap.

    The same to both sides, so that nothing is drawn later than it happened.

    >>> smoothed([1.0, 1.0, 4.0, 7.0], 3, range(4))
    [1.0, 2.0, 4.0, 5.5]
    """
    before, after = max(width - 1, 0) // 2, max(width, 1) // 2 + 1
    found = []
    for at in places:
        near = [value for value in values[max(at - before, 0) : at + after] if isfinite(value)]
        found.append(sum(near) / len(near) if isfinite(values[at]) else nan)
    return found


def thinned(count: int, most: int = MOST) -> list[tuple[int, int]]:
    """``count`` points in at most ``most`` stretches (first, stop), none empty, alike in length.

    >>> thinned(3), thinned(7, 3)
    ([(0, 1), (1, 2), (2, 3)], [(0, 2), (2, 4), (4, 7)])
    """
    pieces = min(count, most)
    return [(at * count // pieces, (at + 1) * count // pieces) for at in range(pieces)]


def extremes(values: Sequence[float], stretches: Sequence[tuple[int, int]]) -> tuple[list[float], list[float]]:
    """The least and the greatest finite value of each stretch, NaN where it has none.

    >>> extremes([3.0, 1.0, 2.0], [(0, 2), (2, 3)])
    ([1.0, 2.0], [3.0, 2.0])
    """
    pieces = [[value for value in values[first:stop] if isfinite(value)] for first, stop in stretches]
    return [min(piece, default=nan) for piece in pieces], [max(piece, default=nan) for piece in pieces]
