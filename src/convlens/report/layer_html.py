"""The explanation of one layer as plain HTML: its tables are tables, so that they line up in any font."""

from html import escape
from typing import TYPE_CHECKING

from convlens.report.layer_text import Section, field_line, sections, shapes_line
from convlens.report.window_picture import windows_html

if TYPE_CHECKING:
    from convlens.report.layer import LayerReport


def layer_html(report: "LayerReport", lang: str) -> str:
    """Every text escaped, no script; the windows as a picture that is its own address, which every notebook keeps."""
    parts = [f"<h3>{escape(report.call)}</h3><p>{escape(shapes_line(report, lang))}</p>"]
    parts.append(windows_html(report.windows, lang))
    parts += [_section(part) for part in sections(report, lang)]
    if len(report.nodes) > 1 and report.field is not None:
        parts.append(_paragraph(field_line(report, lang)))
    return "".join(parts)


def _section(part: Section) -> str:
    formulas = "<pre>" + escape("\n".join(part.formulas)) + "</pre>"
    return formulas + "".join(map(_paragraph, part.unread)) + _table(part) + "".join(map(_paragraph, part.notes))


def _table(part: Section) -> str:
    if not part.table:
        return ""
    head, *rows = part.table
    body = "".join(_row(row, "td") for row in rows)
    caption = f"<caption>{escape(part.title)}</caption>"
    return f"<table>{caption}<thead>{_row(head, 'th')}</thead><tbody>{body}</tbody></table>"


def _row(texts: list[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(text)}</{tag}>" for text in texts) + "</tr>"


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"
