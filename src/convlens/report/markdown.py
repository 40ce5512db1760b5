"""The summary as Markdown: a table and a list."""

from typing import TYPE_CHECKING

from convlens.report.cells import cells
from convlens.report.notes import heading, notes
from convlens.report.tree import Line

if TYPE_CHECKING:
    from convlens.report.summary import Summary

HEADS = {"name": "name", "layer": "layer", "output": "output", "params": "params", "macs": "MACs", "field": "receptive field"}
_SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_[]<>|#"} | {"\n": " ", "\r": " "})


def summary_markdown(report: "Summary") -> str:
    """Every layer on a line of its own, then the totals, then where the shapes break."""
    lines = [f"**{escaped(heading(report))}**", "", _row(list(HEADS.values())), "|---|---|---|---:|---:|---|"]
    lines += [_row([escaped(row[key]) for key in HEADS]) for row in flat_rows(report)]
    lines += ["", *(f"- {head}: {escaped(text)}" for head, text in notes(report))]
    if report.facts.error is not None:
        lines += ["", "```", str(report.facts.error).replace("```", "'''"), "```"]
    return "\n".join(lines) + "\n"


def flat_rows(report: "Summary") -> list[dict[str, str]]:
    """The cells of every layer under its full name."""
    known, broken = report.facts.nodes, report.facts.broken
    return [cells(report, Line(n.name, (n,), (True,))) for n in report.graph if n.name in known or n is broken]


def escaped(text: str) -> str:
    """
    >>> print(escaped("a|b_c"))
    a\\|b\\_c
    """
    return text.translate(_SPECIAL)


def _row(texts: list[str]) -> str:
    return f"| {' | '.join(texts)} |"
