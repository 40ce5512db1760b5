"""The summary as a table for a terminal, printed by Rich."""

import io
from typing import TYPE_CHECKING

from rich.box import Box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from convlens.ir.graph import Node
from convlens.report.cells import HEADS, cells, same_layer
from convlens.report.columns import NARROW, Column, cleaned, fitting, natural, shortened, without_costs, wrapped
from convlens.report.notes import Note, heading, notes
from convlens.report.terminal import Screen, standard_output
from convlens.report.tree import Line, lines

if TYPE_CHECKING:
    from convlens.report.summary import Summary

NUMBERS = ("params", "macs", "share")
STYLES = {"layer": "cyan", "field": "dim", "share": "dim"}


def summary_text(report: "Summary", screen: Screen | None, depth: int | None, fold: bool) -> str:
    """The table, the totals below it, and where the shapes break."""
    place = screen or standard_output()
    shown = lines(_reported(report), depth, (lambda node: same_layer(report, node)) if fold else None)
    rows, columns = _fitted(report, shown, place)
    console = Console(
        file=io.StringIO(), width=sum(c.width + 2 for c in columns), force_terminal=place.color, no_color=not place.color,
        color_system="standard" if place.color else None, legacy_windows=False, highlight=False, markup=False, emoji=False,
    )  # fmt: skip
    with console.capture() as captured:
        console.print(Text("\n".join(wrapped(place.clean(heading(report)), place.width)), style="bold"), soft_wrap=True)
        if rows:
            console.print(_table(shown, rows, columns, place))
        for line in _below(report, shown, columns, place):
            console.print(Text(line), soft_wrap=True)
    return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"


def _reported(report: "Summary") -> list[Node]:
    known, broken = report.facts.nodes, report.facts.broken
    return [node for node in report.graph if node.name in known or node is broken]


def _fitted(report: "Summary", shown: list[Line], screen: Screen) -> tuple[list[dict[str, str]], list[Column]]:
    """Exact numbers where they fit, rounded ones where only they do."""
    for rounded in (False, True):
        rows = cleaned([_row(report, line, screen, rounded) for line in shown], screen)
        wide = natural(rows, HEADS)
        columns = fitting(wide, screen.width) or (fitting(wide, screen.width, NARROW) if rounded else None)
        if columns is not None:
            return rows, columns
    return rows, without_costs(wide, screen.width)


def _row(report: "Summary", line: Line, screen: Screen, rounded: bool) -> dict[str, str]:
    row = cells(report, line, rounded=rounded)
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


def _table(shown: list[Line], rows: list[dict[str, str]], columns: list[Column], screen: Screen) -> Table:
    rule = screen.glyphs.line
    blank = "    \n"
    table = Table(
        box=Box(blank * 2 + f" {rule}{rule} \n" + blank * 4 + "    ", ascii=rule == "-"), show_edge=False, pad_edge=False,
        padding=(0, 1, 0, 0), header_style="bold",
    )  # fmt: skip
    for column in columns:
        table.add_column(
            HEADS[column.key], width=column.width, no_wrap=True, justify="right" if column.key in NUMBERS else "left",
            style=STYLES.get(column.key, ""),
        )  # fmt: skip
    for line, row in zip(shown, rows, strict=True):
        table.add_row(*(_cell(row[c.key], c, screen) for c in columns), style="" if line.nodes else "dim")
    return table


def _cell(text: str, column: Column, screen: Screen) -> Text:
    if column.key in ("name", "layer"):
        text = shortened(text, column.width, screen.glyphs.dots, middle=column.key == "name")
    return Text(text)


def _below(report: "Summary", shown: list[Line], columns: list[Column], screen: Screen) -> list[str]:
    found = [""]
    for note in notes(report):
        found += _note_lines(note, screen)
    found += [""] + [f"  {line}" for line in _legend(shown, columns, screen)]
    return found if found[-1] else found[:-1]


def _note_lines(note: Note, screen: Screen) -> list[str]:
    head, text = note
    indent = 14
    first, *rest = wrapped(screen.clean(text), max(screen.width - indent, 1))
    return [f"{head:<{indent}}{first}", *(" " * indent + line for line in rest)]


def _legend(shown: list[Line], columns: list[Column], screen: Screen) -> list[str]:
    """What an abbreviation in the table means, where it is used."""
    said = []
    if shown and any(c.key == "field" for c in columns):
        said.append("field: receptive field in pixels of the input /its stride")
    if any(line.times > 1 for line in shown):
        said.append(f"{screen.glyphs.times} n: n identical blocks, shown once; each number is that of one block")
    return [line for text in said for line in wrapped(text, screen.width - 2)]
