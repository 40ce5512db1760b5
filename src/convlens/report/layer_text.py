"""The explanation of one layer as text: formulas with their numbers, what is never read, what each framework would pad."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from convlens.ir.graph import Node
from convlens.ir.label import label
from convlens.ir.spec import show_shape
from convlens.lang.messages import marked, said, say
from convlens.passes.facts import NodeFacts
from convlens.report.border import unread_words
from convlens.report.costs import buffers_formula, elementwise_formula, macs_formula, params_formula
from convlens.report.field import field_words
from convlens.report.frameworks import Choice, choices
from convlens.report.layout import shown
from convlens.report.window import axis_windows, size_formula

if TYPE_CHECKING:
    from convlens.report.layer import LayerReport


class Section(NamedTuple):
    """One layer of a call: its formulas, what it never reads, and under ``title`` a table with notes below it."""

    formulas: list[str]
    unread: list[str]
    title: str = ""
    table: Sequence[list[str]] = ()
    notes: Sequence[str] = ()


def layer_text(report: "LayerReport", lang: str) -> str:
    """The whole explanation."""
    lines = [report.call, "", shapes_line(report, lang)]
    for part in sections(report, lang):
        lines += ["", *part.formulas]
        lines += ["", *part.unread] if part.unread else []
        lines += ["", part.title, *_aligned(part.table), *part.notes] if part.table else []
    if len(report.nodes) > 1 and report.field is not None:
        lines += ["", field_line(report, lang)]
    return "\n".join(lines) + "\n"


def shapes_line(report: "LayerReport", lang: str) -> str:
    given, made = (", ".join(map(show_shape, shapes)) for shapes in report.shapes())
    return say(lang, "input {given} -> output {made}", given=given, made=made)


def field_line(report: "LayerReport", lang: str) -> str:
    return said(lang, say(lang, "receptive field"), field_words(report.field, lang))


def sections(report: "LayerReport", lang: str) -> list[Section]:
    """A section for each layer of the call."""
    return [_section(report, node, known, lang) for node, known in report.nodes]


def formula(report: "LayerReport", lang: str) -> str:
    """The formulas alone: sizes, parameters, MACs."""
    return "\n".join(line for node, known in report.nodes for line in _formulas(report, node, known, lang))


def _section(report: "LayerReport", node: Node, known: NodeFacts, lang: str) -> Section:
    windows = axis_windows(node.op, known.inputs)
    lines = _formulas(report, node, known, lang)
    if len(report.nodes) == 1 and report.field is not None:
        lines.append(field_line(report, lang))
    part = Section(lines, unread_words(windows, lang, report.graph.dialect))
    found = choices(windows)
    if not found:
        return part
    title, sides = _TRANSPOSED if windows[0].kind == "transposed" else _PADDED
    head = [say(lang, "framework"), say(lang, "rule"), say(lang, sides), say(lang, "output")]
    rows = [head, *(_row(choice, lang) for choice in found)]
    notes = [say(lang, choice.how, code=choice.code) for choice in found if choice.how]
    return part._replace(title=say(lang, title), table=rows, notes=notes)


_PADDED = marked("the padding that each framework would use"), marked("added")
_TRANSPOSED = marked("what each framework would cut off the output"), marked("cropped")


def _formulas(report: "LayerReport", node: Node, known: NodeFacts, lang: str) -> list[str]:
    lines = [line for window in axis_windows(node.op, known.inputs) for line in size_formula(window, lang)]
    if len(report.graph.nodes) > 1:
        name = label(node.op, known.inputs, report.graph.dialect)
        lines.insert(0, f"{name} -> {shown(known.outputs, report.graph.layout)}")
    lines.append(said(lang, say(lang, "parameters"), params_formula(known)))
    if known.buffers:
        lines.append(said(lang, say(lang, "buffers"), buffers_formula(known)))
    lines.append(said(lang, say(lang, "MACs"), macs_formula(known, lang)))
    if known.elementwise is None or known.elementwise:
        text = elementwise_formula(known, getattr(node.op, "kernel", ()), lang)
        lines.append(said(lang, say(lang, "element-wise operations"), text))
    return lines


def _aligned(rows: Sequence[list[str]]) -> list[str]:
    widths = [max(_cells(row[column]) for row in rows) for column in range(4)]
    return ["  " + "  ".join(t + " " * (w - _cells(t)) for t, w in zip(row, widths, strict=True)).rstrip() for row in rows]


def _row(choice: Choice, lang: str) -> list[str]:
    sides = ", ".join(f"{left}+{right}" for left, right in choice.sides)
    rule = choice.rule + (say(lang, ", ") + say(lang, choice.extra) if choice.extra else "")
    return [choice.framework, rule, sides, show_shape(choice.counts) if all(choice.counts) else say(lang, "no window fits")]


def _cells(text: str) -> int:
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415 - only wide characters need it

    return cell_len(text)
