"""A comparison for a pull request: tables of GitHub's Markdown."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from convlens.diffs.blocks import Block, blocks
from convlens.diffs.words import ARROW, block_costs, block_label, figure_words, total_rows
from convlens.lang.markdown import escaped, table_row
from convlens.lang.messages import counted, listed, say
from convlens.linting.finding import Finding
from convlens.linting.forms.text import SHOWN
from convlens.linting.lint import BROKEN
from convlens.report.notes import heading
from convlens.report.summary import Summary

if TYPE_CHECKING:
    from convlens.diffs.comparison import Comparison

MOST = 50
"""Rows of a table that are written out."""


def markdown(found: "Comparison", lang: str) -> str:
    """Totals first, then the layers, then the findings; long tables are folded."""
    parts = [f"**{escaped(heading(found.old))}{ARROW}{escaped(heading(found.new))}**", _totals(found, lang)]
    parts += _tables(found, lang)
    parts += _findings(found, lang)
    parts += [escaped(" ".join(error.text(lang).split())) for error in found.errors]
    if found.same:
        parts.append(say(lang, "No layer and no figure differs."))
    return "\n\n".join(parts) + "\n"


def _tables(found: "Comparison", lang: str) -> Iterator[str]:
    """What somebody has edited, and what follows from it, each folded under its title."""
    heads, rows = _layers(found, lang)
    edits = counted(
        lang, "{count} edit: layers taken out, put in or changed", "{count} edits: layers taken out, put in or changed", len(rows)
    )
    following_heads, following = _following(found, lang)
    follow = counted(
        lang, "{count} layer that changes by what reaches it", "{count} layers that change by what reaches them", len(following)
    )
    for title, columns, each in ((edits, heads, rows), (follow, following_heads, following)):
        if each:
            yield _table(title, columns, each, lang)


def _totals(found: "Comparison", lang: str) -> str:
    head, *rows = total_rows(found, lang)
    return "\n".join([table_row(list(map(escaped, head))), "|---|---:|---:|---:|", *(table_row(list(row)) for row in rows)])


def _layers(found: "Comparison", lang: str) -> tuple[list[str], list[list[str]]]:
    rows = [_row("-", found.old, block, lang) for block in blocks(found.old.graph, found.removed)]
    rows += [_row("+", found.new, block, lang) for block in blocks(found.new.graph, found.added)]
    for change in found.changed:
        if change.edited:
            name = f"{change.old}{ARROW}{change.new}" if change.renamed else change.new
            rows.append(["~", name, ARROW.join(change.labels), figure_words(change, lang)])
    return ["", say(lang, "name"), say(lang, "layer"), say(lang, "figures")], rows


def _row(mark: str, summary: Summary, block: Block, lang: str) -> list[str]:
    return [mark, block.path, block_label(summary, block, lang), block_costs(summary, block, lang)]


def _following(found: "Comparison", lang: str) -> tuple[list[str], list[list[str]]]:
    rows = [[change.new, figure_words(change, lang)] for change in found.changed if not change.edited]
    return [say(lang, "layer"), say(lang, "figures")], rows


def _table(title: str, heads: list[str], rows: list[list[str]], lang: str) -> str:
    lines = [table_row(heads), "|" + "---|" * len(heads)]
    lines += [table_row(list(map(escaped, row))) for row in rows[:MOST]]
    if len(rows) > MOST:
        lines += ["", say(lang, "and {count} more", count=len(rows) - MOST)]
    return "\n".join([f"<details><summary>{title}</summary>", "", *lines, "", "</details>"])


def _findings(found: "Comparison", lang: str) -> Iterator[str]:
    for findings, what in (
        (found.findings.new, say(lang, "new findings")),
        (found.findings.gone, say(lang, "findings that are gone")),
    ):
        told = [_finding(finding, lang) for finding in findings if finding.code != BROKEN]
        if told:
            yield "\n".join([f"**{what}**", "", *told])


def _finding(finding: Finding, lang: str) -> str:
    where = escaped(listed(lang, list(finding.nodes[:MOST])))
    return f"- {say(lang, SHOWN[finding.severity])} **{finding.code}** {where}: {escaped(finding.message.text(lang))}"
