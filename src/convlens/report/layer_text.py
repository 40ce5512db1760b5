"""The explanation of one layer as text: formulas with their numbers, what is never read, what each framework would pad."""

from typing import TYPE_CHECKING

from convlens.arith.units import grouped
from convlens.ir.graph import Node
from convlens.ir.label import label
from convlens.ir.spec import show_shape
from convlens.passes.facts import NodeFacts
from convlens.report.border import unread_words
from convlens.report.costs import buffers_formula, macs_formula, params_formula
from convlens.report.frameworks import Choice, choices
from convlens.report.layout import shown
from convlens.report.window import axis_windows, size_formula
from convlens.report.words import say

if TYPE_CHECKING:
    from convlens.report.layer import LayerReport


def layer_text(report: "LayerReport", lang: str) -> str:
    """The whole explanation."""
    given, made = (", ".join(map(show_shape, shapes)) for shapes in report.shapes())
    lines = [report.call, "", f"{say(lang, 'input')} {given} -> {say(lang, 'output')} {made}"]
    for node, known in report.nodes:
        lines += ["", *_section(report, node, known, lang)]
    return "\n".join(lines) + "\n"


def formula(report: "LayerReport", lang: str) -> str:
    """The formulas alone: sizes, parameters, MACs."""
    return "\n".join(line for node, known in report.nodes for line in _formulas(report, node, known, lang))


def _section(report: "LayerReport", node: Node, known: NodeFacts, lang: str) -> list[str]:
    windows = axis_windows(node.op, known.inputs)
    unread = unread_words(windows, lang)
    found = choices(windows)
    lines = _formulas(report, node, known, lang)
    lines += ["", *unread] if unread else []
    return lines + (["", say(lang, "frameworks"), *_table(found, lang)] if found else [])


def _formulas(report: "LayerReport", node: Node, known: NodeFacts, lang: str) -> list[str]:
    lines = [line for window in axis_windows(node.op, known.inputs) for line in size_formula(window, lang)]
    if len(report.graph.nodes) > 1:
        name = label(node.op, known.inputs, report.graph.dialect)
        lines.insert(0, f"{name} -> {shown(known.outputs, report.graph.layout)}")
    lines.append(f"{say(lang, 'params')}: {params_formula(known)}")
    if known.buffers:
        lines.append(f"{say(lang, 'buffers')}: {buffers_formula(known)}")
    lines.append(f"{say(lang, 'macs')}: {macs_formula(known, lang)}")
    if known.elementwise is None or known.elementwise:
        count = say(lang, "unknown") if known.elementwise is None else grouped(known.elementwise)
        lines.append(f"{say(lang, 'elementwise')}: {count}")
    return lines


def _table(found: list[Choice], lang: str) -> list[str]:
    rows = [[say(lang, key) for key in ("framework", "rule", "added", "output")], *(_row(choice, lang) for choice in found)]
    widths = [max(_cells(row[column]) for row in rows) for column in range(4)]
    return ["  " + "  ".join(t + " " * (w - _cells(t)) for t, w in zip(row, widths, strict=True)).rstrip() for row in rows]


def _row(choice: Choice, lang: str) -> list[str]:
    added = ", ".join(f"{left}+{right}" for left, right in choice.added)
    rule = f"{choice.rule}, {say(lang, 'pad_first')}" if choice.pad_first else choice.rule
    return [choice.framework, rule, added, show_shape(choice.counts) if all(choice.counts) else say(lang, "no_window")]


def _cells(text: str) -> int:
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415 - only wide characters need it

    return cell_len(text)
