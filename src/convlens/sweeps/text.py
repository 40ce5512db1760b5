"""A sweep for a terminal: a table for each setting with small bars, and what it says in words."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.cells import cell_len

from convlens.ir.spec import show_shape
from convlens.lang.messages import say
from convlens.report.columns import wrapped
from convlens.report.terminal import ASCII, Screen, standard_output
from convlens.sweeps.columns import PLANS, Column, columns
from convlens.sweeps.departures import shown
from convlens.sweeps.points import Point
from convlens.sweeps.series import Series
from convlens.sweeps.words import about, below, is_own, reason, signs

if TYPE_CHECKING:
    from convlens.sweeps.sweep import Sweep

GAP = "  "
PARTS: tuple[str, ...] = ("", *"▏▎▍▌▋▊▉")
BLOCKS = (*"█▏▎▍▌▋▊▉#",)
BAR = 8
"""Characters of the longest bar."""


def sweep_text(sweep: "Sweep", lang: str, screen: Screen | None = None) -> str:
    """As wide as the screen; what does not fit is left out: quartiles, then bars."""
    place = screen or (standard_output() if sys.stdout is not None else Screen())
    lines = [f"{sweep.call}  {show_shape(sweep.spec.dims)}"]
    for one in sweep.series:
        lines += ["", *_table(sweep, one, place, lang), *_sentences(below(sweep, one, lang), place)]
    lines += ["", " ".join(signs(sweep, lang)), *_sentences(about(sweep, lang), place)]
    return "\n".join(place.clean(line.rstrip()) for line in lines) + "\n"


def _sentences(texts: list[str], place: Screen) -> Iterator[str]:
    for text in texts:
        first, *rest = wrapped(text, max(place.width - 2, 20))
        yield from (first, *(f"  {line}" for line in rest))


def _table(sweep: "Sweep", one: Series, place: Screen, lang: str) -> Iterator[str]:
    rows, widths = _fitted(sweep, one, place, lang)
    head, *body = [
        GAP.join(_aligned(cell, width, at) for at, (cell, width) in enumerate(zip(row, widths, strict=True))) for row in rows
    ]
    yield head
    yield place.glyphs.line * (sum(widths) + len(GAP) * (len(widths) - 1))
    for point, line in zip(one.points, body, strict=True):
        mark = "*" if is_own(point, one) else ""
        if point.figures:
            yield f"{line.rstrip()} {mark}"
        else:
            yield from _illegal(point, widths[0], place, lang)


def _illegal(point: Point, width: int, place: Screen, lang: str) -> Iterator[str]:
    """The reason beside the value, over several lines where it is long."""
    first, *rest = wrapped(say(lang, "illegal: {reason}", reason=reason(point)), max(place.width - width - len(GAP), 20))
    yield _aligned(shown(point.value), width, 0) + GAP + first
    yield from (" " * (width + len(GAP)) + line for line in rest)


def _fitted(sweep: "Sweep", one: Series, place: Screen, lang: str) -> tuple[list[list[str]], list[int]]:
    """The rows under the richest plan that fits, and the width of each column."""
    rows: list[list[str]] = []
    widths: list[int] = []
    for plan in PLANS:
        found = columns(one.setting.name, one.points, sweep.kinds, plan, lang)
        rows = _rows(found, one.points, place, bars=plan.bars)
        legal = [row for row, point in zip(rows[1:], one.points, strict=True) if point.figures]
        widths = [max(map(cell_len, cells)) for cells in zip(rows[0], *legal, strict=True)]
        if sum(widths) + len(GAP) * (len(widths) - 1) + 2 <= place.width:
            break
    return rows, widths


def _rows(wanted: list[Column], points: tuple[Point, ...], place: Screen, *, bars: bool) -> list[list[str]]:
    rows: list[list[str]] = [[] for _ in (None, *points)]
    for column in wanted:
        cells = [column.text(point) for point in points]
        for row, cell in zip(rows, [column.head, *cells], strict=True):
            row.append(cell)
        if bars and column.bar is not None and any(map(column.bar, points)):
            longest = max(map(column.bar, points))
            for row, length in zip(rows, [0.0, *(column.bar(p) / longest for p in points)], strict=True):
                row.append(bar(length, place))
    return rows


def bar(part: float, place: Screen) -> str:
    """
    >>> bar(0.5, Screen()), bar(0.01, Screen()), bar(0.0, Screen())
    ('████', '▏', '')
    """
    eighths = round(part * BAR * 8)
    if place.glyphs == ASCII:
        return "#" * max(round(part * BAR), part > 0)
    if part > 0:
        eighths = max(eighths, 1)
    return "█" * (eighths // 8) + PARTS[eighths % 8]


def _aligned(cell: str, width: int, at: int) -> str:
    space = " " * (width - cell_len(cell))
    return cell + space if cell.startswith(BLOCKS) or at == 1 else space + cell
