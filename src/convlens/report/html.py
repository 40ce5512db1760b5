"""The summary as plain HTML: a caption, tables and ``<details>``, which every notebook keeps, trusted or not."""

from html import escape
from typing import TYPE_CHECKING

from convlens.report.markdown import HEADS, flat_rows
from convlens.report.notes import heading, notes

if TYPE_CHECKING:
    from convlens.report.summary import Summary

LONG = 30
"""A table of more rows is folded."""

_NUMBERS = ("params", "macs")


def summary_html(report: "Summary") -> str:
    """The layers, the totals, and where the shapes break; every text escaped, no script, no picture."""
    rows = flat_rows(report)
    head = "".join(f"<th scope='col'>{escape(title)}</th>" for title in HEADS.values())
    body = "".join(_row(row) for row in rows)
    caption = f"<caption><b>{escape(heading(report))}</b></caption>"
    table = f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    if len(rows) > LONG:
        table = f"<details><summary>{escape(heading(report))}: {len(rows)} layers</summary>{table}</details>"
    totals = "".join(f"<tr><th scope='row'>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in notes(report))
    error = f"<pre>{escape(str(report.facts.error))}</pre>" if report.facts.error is not None else ""
    return f"{table}<table><tbody>{totals}</tbody></table>{error}"


def page(title: str, body: str) -> str:
    """A whole page around a report."""
    style = (
        "body{font-family:system-ui,'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif;margin:2rem}"
        "table{border-collapse:collapse;margin:1rem 0}th,td{padding:.2rem .7rem;border-bottom:1px solid #ccc;text-align:left}"
        "caption{text-align:left;padding:.4rem 0}"
    )
    return (
        f"<!doctype html>\n<html><head><meta charset='utf-8'><title>{escape(title)}</title><style>{style}</style></head>"
        f"<body>{body}</body></html>\n"
    )


def _row(row: dict[str, str]) -> str:
    align = {key: " style='text-align:right'" if key in _NUMBERS else "" for key in HEADS}
    return "<tr>" + "".join(f"<td{align[key]}>{escape(row[key])}</td>" for key in HEADS) + "</tr>"


def preformatted(text: str) -> str:
    """Text as it is, escaped."""
    return f"<pre>{escape(text)}</pre>"
