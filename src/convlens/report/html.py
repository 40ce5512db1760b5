"""The summary as plain HTML: a caption, tables and ``<details>``, which every notebook keeps, trusted or not."""

from html import escape
from typing import TYPE_CHECKING

from convlens.lang.messages import counted, said, say
from convlens.report.markdown import FLAT_HEADS, flat_legend, flat_rows
from convlens.report.notes import heading, notes

if TYPE_CHECKING:
    from convlens.report.summary import Summary

LONG = 30
"""A notebook folds a table of more rows; a page shows it."""

_NUMBERS = ("params", "macs")

_STYLE = """\
:root{color-scheme:light dark;--line:#d0d0d0;--head:#f4f4f4;--quiet:#767676}
@media (prefers-color-scheme:dark){:root{--line:#444;--head:#2b2b2b;--quiet:#9a9a9a}}
body{font-family:system-ui,'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif}
body{margin:2rem;line-height:1.4;font-size:14px}
table{border-collapse:collapse;margin:1rem 0;font-variant-numeric:tabular-nums}
th,td{padding:.2rem .8rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
thead th{background:var(--head);position:sticky;top:0;white-space:nowrap}tbody th{font-weight:600;white-space:nowrap}
caption{text-align:left;padding:.4rem 0;font-size:1.1rem}p{margin:.4rem 0}.sign{color:var(--quiet)}
pre{font-family:ui-monospace,'Cascadia Mono',Consolas,'Noto Sans Mono CJK SC',monospace;white-space:pre-wrap}
@media (max-width:600px){body{margin:.75rem}table{display:block;overflow-x:auto}}
"""


def summary_html(
    report: "Summary", depth: int | None = None, fold: bool = False, lang: str = "en", *, closed_beyond: int | None = None
) -> str:
    """The layers, the totals, and where the shapes break; every text escaped, no script, no picture.

    A table of more than ``closed_beyond`` rows stands behind a click.
    """
    rows = flat_rows(report, depth, fold, lang)
    head = "".join(f"<th scope='col'{_align(key)}>{escape(say(lang, title))}</th>" for key, title in FLAT_HEADS.items())
    body = "".join(_row(row) for row in rows)
    caption = f"<caption><b>{escape(heading(report))}</b></caption>"
    table = f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    if closed_beyond is not None and len(rows) > closed_beyond:
        size = counted(lang, "{count} row", "{count} rows", len(rows))
        table = f"<details><summary>{escape(said(lang, heading(report), size))}</summary>{table}</details>"
    below = notes(report, lang)
    totals = "".join(f"<tr><th scope='row'>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in below)
    signs = "".join(f"<p class='sign'>{escape(text)}</p>" for text in flat_legend(report, rows, depth, fold, lang))
    error = f"<pre>{escape(str(report.facts.error))}</pre>" if report.facts.error is not None else ""
    return f"{table}<table><tbody>{totals}</tbody></table>{signs}{error}"


def page(title: str, body: str, lang: str = "en") -> str:
    """A whole page around a report, for a light or a dark screen."""
    return (
        f"<!doctype html>\n<html lang='{lang}'><head><meta charset='utf-8'><title>{escape(title)}</title>"
        f"<style>{_STYLE}</style></head><body>{body}</body></html>\n"
    )


def _row(row: dict[str, str]) -> str:
    return "<tr>" + "".join(f"<td{_align(key)}>{escape(row[key])}</td>" for key in FLAT_HEADS) + "</tr>"


def _align(key: str) -> str:
    return " style='text-align:right'" if key in _NUMBERS else ""
