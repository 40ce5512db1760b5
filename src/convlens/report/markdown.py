"""The summary as Markdown: a table and a list."""

from typing import TYPE_CHECKING

from convlens.lang.markdown import escaped, table_row
from convlens.lang.messages import marked, said, say
from convlens.report.cells import HEADS, cells, shown_lines
from convlens.report.legend import legend
from convlens.report.notes import heading, notes
from convlens.report.tree import Line

if TYPE_CHECKING:
    from convlens.report.summary import Summary

FLAT_HEADS = {key: HEADS[key] for key in ("name", "layer", "output", "params", "macs")} | {"field": marked("receptive field")}
TIMES = "×"


def summary_markdown(report: "Summary", depth: int | None = None, fold: bool = False, lang: str = "en") -> str:
    """A line for each layer, folded module or repeated block, then the totals, then where the shapes break."""
    rows, heads = flat_rows(report, depth, fold, lang), [say(lang, head) for head in FLAT_HEADS.values()]
    lines = [f"**{escaped(heading(report))}**", "", table_row(heads), "|---|---|---|---:|---:|---|"]
    lines += [table_row([escaped(row[key]) for key in FLAT_HEADS]) for row in rows]
    lines += ["", *(f"- {said(lang, head, escaped(text))}" for head, text in notes(report, lang))]
    explained = flat_legend(report, rows, depth, fold, lang)
    lines += ["", *(f"- {escaped(text)}" for text in explained)] if explained else []
    if report.facts.error is not None:
        lines += ["", "```", str(report.facts.error).replace("```", "'''"), "```"]
    return "\n".join(lines) + "\n"


def flat_rows(report: "Summary", depth: int | None, fold: bool, lang: str) -> list[dict[str, str]]:
    """The cells of every line that stands for layers, under its full name."""
    shown = [line for line in shown_lines(report, depth, fold) if line.nodes]
    return [cells(report, line, lang) | {"name": _full_name(line)} for line in shown]


def flat_legend(report: "Summary", rows: list[dict[str, str]], depth: int | None, fold: bool, lang: str) -> list[str]:
    return legend(shown_lines(report, depth, fold), [row["field"] for row in rows], TIMES, lang)


def _full_name(line: Line) -> str:
    if len(line.nodes) == 1 and line.repeats == 1:
        return line.nodes[0].name
    return line.path + (f" {TIMES} {line.repeats}" if line.repeats > 1 else "")
