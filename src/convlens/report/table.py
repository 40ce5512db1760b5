"""The summary as a table for a terminal, coloured by Rich."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from convlens.report.cells import cells, heads, shown_lines
from convlens.report.columns import GAP, PLANS, Column, brief, cleaned, fitting, shortened, wrapped
from convlens.report.legend import legend
from convlens.report.notes import Note, heading, notes
from convlens.report.terminal import Screen, standard_output
from convlens.report.tree import Line

if TYPE_CHECKING:
    from convlens.report.summary import Summary

NUMBERS = ("params", "macs", "share")
LEAST_NAME = 4
MAX_COLOURED = 2000
"""Rows. A longer table is plain: nobody reads its colours, and they take longer than the facts."""
STYLES = {"layer": "cyan", "field": "dim", "share": "dim"}


def summary_text(report: "Summary", screen: Screen | None, depth: int | None, fold: bool, lang: str = "en") -> str:
    """The table, the totals below it, and what its signs mean."""
    place = screen or standard_output()
    shown = shown_lines(report, depth, fold)
    rows, columns = _fitted(report, shown, place, lang)
    lines = [Text(line, style="bold") for line in wrapped(place.clean(heading(report)), place.width)]
    lines += _table(shown, rows, columns, place, heads(lang)) if rows else ()
    lines += map(Text, _below(report, shown, rows, columns, place, lang))
    texts = _coloured(lines, place.width) if place.color and len(rows) <= MAX_COLOURED else [line.plain for line in lines]
    return "\n".join(text.rstrip() for text in texts) + "\n"


def _coloured(lines: list[Text], width: int) -> list[str]:
    console = Console(
        file=io.StringIO(), width=width, force_terminal=True, color_system="standard", legacy_windows=False,
        highlight=False, markup=False, emoji=False,
    )  # fmt: skip
    with console.capture() as captured:
        for line in lines:
            console.print(line, soft_wrap=True)
    return captured.get().splitlines()


def _fitted(report: "Summary", shown: list[Line], screen: Screen, lang: str) -> tuple[list[dict[str, str]], list[Column]]:
    """Exact numbers where they fit, rounded ones where only they do."""
    rows: dict[bool, list[dict[str, str]]] = {}
    for plan in PLANS:
        if plan.rounded not in rows:
            rows[plan.rounded] = cleaned([_row(report, line, screen, lang, plan.rounded) for line in shown], screen)
        measured = [row for row, line in zip(rows[plan.rounded], shown, strict=True) if line.nodes]
        columns = fitting(plan, measured, heads(lang), screen.width, screen.glyphs.dots)
        if columns is not None:
            break
    return rows[plan.rounded], columns or []


def _row(report: "Summary", line: Line, screen: Screen, lang: str, rounded: bool) -> dict[str, str]:
    row = cells(report, line, lang, rounded=rounded)
    times = f"  {screen.glyphs.times} {line.times}" if line.times > 1 else ""
    return row | {"name": _branches(line, screen) + row["name"] + times}


def _branches(line: Line, screen: Screen) -> str:
    """The lines of the tree to the left of a name; the outermost level has none."""
    _, *levels = line.last
    glyphs = screen.glyphs
    if not levels:
        return ""
    above = "".join("  " if last else glyphs.bar for last in levels[:-1])
    return above + (glyphs.corner if levels[-1] else glyphs.tee)


def _table(
    shown: list[Line], rows: list[dict[str, str]], columns: list[Column], screen: Screen, titles: dict[str, str]
) -> Iterator[Text]:
    """The head, a rule and the rows. The head of a group has the whole width: nothing stands to its right."""
    width = sum(column.width for column in columns) + GAP * (len(columns) - 1)
    yield Text((" " * GAP).join(_aligned(titles[c.key], c) for c in columns).rstrip(), style="bold")
    yield Text(screen.glyphs.line * width)
    for line, row in zip(shown, rows, strict=True):
        if line.nodes:
            yield Text(" " * GAP).join(_cell(row[c.key], c, screen, _branches(line, screen)) for c in columns)
        else:
            yield Text(shortened(row["name"], width, screen.glyphs.dots), style="dim")


def _cell(text: str, column: Column, screen: Screen, branches: str) -> Text:
    if column.key == "layer":
        text = brief(text, column.width, screen.glyphs.dots)
    if column.key == "name":
        text = _name(text.removeprefix(branches), column.width, screen.glyphs.dots, branches)
    return Text(_aligned(text, column), style="dim" if text == "0" and column.key in NUMBERS else STYLES.get(column.key, ""))


def _name(name: str, width: int, dots: str, branches: str) -> str:
    """The lines of the tree stay whole as long as a few letters of the name fit beside them."""
    room = width - cell_len(branches)
    return branches + shortened(name, room, dots) if room >= LEAST_NAME else shortened(branches + name, width, dots)


def _aligned(text: str, column: Column) -> str:
    space = " " * (column.width - cell_len(text))
    return space + text if column.key in NUMBERS else text + space


def _below(
    report: "Summary", shown: list[Line], rows: list[dict[str, str]], columns: list[Column], screen: Screen, lang: str
) -> Iterator[str]:
    yield ""
    for note in notes(report, lang):
        yield from _note_lines(note, screen)
    keys = [column.key for column in columns]
    fields = [row["field"] for row in rows] if "field" in keys else []
    explained = legend(shown, fields, screen.glyphs.times, lang)
    if explained:
        yield ""
    for text in explained:
        first, *rest = wrapped(text, screen.width - 4)
        yield from (f"  {first}", *(f"    {line}" for line in rest))


def _note_lines(note: Note, screen: Screen) -> list[str]:
    head, text = note
    indent = 14
    first, *rest = wrapped(screen.clean(text), max(screen.width - indent, 1))
    return [head + " " * max(indent - cell_len(head), 1) + first, *(" " * indent + line for line in rest)]
