"""The texts of a table: one for each column of each line, exact, before anything is shortened."""

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from convlens.arith.units import grouped, short
from convlens.ir.graph import Node
from convlens.ir.label import label
from convlens.lang.messages import listed, marked, say
from convlens.report.field import UNKNOWN, field_text
from convlens.report.layout import shown
from convlens.report.tree import Line, lines
from convlens.report.words import layers

if TYPE_CHECKING:
    from convlens.report.summary import Summary

NO_FIELD = "-"
"""Of a layer that sees no image."""

HEADS = {
    "name": marked("name"),
    "layer": marked("layer"),
    "output": marked("output"),
    "params": marked("params"),
    "macs": marked("MACs"),
    "field": marked("field"),
    "share": marked("MACs %"),
}
"""Columns from left to right."""


def heads(lang: str) -> dict[str, str]:
    return {key: say(lang, head) for key, head in HEADS.items()}


def shown_lines(report: "Summary", depth: int | None, fold: bool) -> list[Line]:
    """The lines of the table, up to where the shapes break."""
    known, broken = report.facts.nodes, report.facts.broken
    reported = [node for node in report.graph if node.name in known or node is broken]
    return lines(reported, depth, (lambda node: same_layer(report, node)) if fold else None)


class Costs(NamedTuple):
    """Sums over the layers of one line; None where one of them is unknown."""

    params: int
    macs: int | None


def costs(report: "Summary", line: Line) -> Costs:
    found = [report.facts.nodes[node.name] for node in line.nodes]
    macs = [f.macs for f in found]
    return Costs(sum(f.params for f in found), None if None in macs else sum(m or 0 for m in macs))


def cells(report: "Summary", line: Line, lang: str, *, rounded: bool = False) -> dict[str, str]:
    """The texts of one line; empty for the head of an open group."""
    if not line.nodes:
        return dict.fromkeys(HEADS, "") | {"name": line.name}
    if line.nodes[-1] is report.facts.broken:
        op = line.nodes[-1].op
        said = say(lang, "unknown") if op.name == "opaque" else say(lang, "does not fit")
        return dict.fromkeys(HEADS, "") | {"name": line.name, "layer": label(op, ()), "output": said}
    last = line.nodes[-1]
    params, macs = costs(report, line)
    write = short if rounded else grouped
    return {
        "name": line.name,
        "layer": layer_text(report, line, lang),
        "output": outputs_text([shown((spec,), report.graph.layout) for spec in report.facts.nodes[last.name].outputs], lang),
        "params": say(lang, "shared") if not params and any(node.ties for node in line.nodes) else write(params),
        "macs": UNKNOWN if macs is None else write(macs),
        "field": _field(report, last, lang),
        "share": UNKNOWN if macs is None else percent(macs, report.totals.macs),
    }


def _field(report: "Summary", node: Node, lang: str) -> str:
    field = report.receptive_fields[node.name]
    return NO_FIELD if field is None and node.name not in report.lost_fields else field_text(field, lang)


def layer_text(report: "Summary", line: Line, lang: str) -> str:
    """The layer as its framework writes it, or how many layers a folded module has."""
    node = line.nodes[-1]
    if len(line.nodes) > 1 or node is report.facts.broken:
        return layers(lang, len(line.nodes)) if len(line.nodes) > 1 else label(node.op, ())
    return label(node.op, report.facts.nodes[node.name].inputs, report.graph.dialect)


def same_layer(report: "Summary", node: Node) -> tuple[object, ...]:
    """What two layers have in common that are shown as one."""
    found = report.facts.nodes.get(node.name)
    return (node.op, found and (found.inputs, found.outputs, found.params), node is report.facts.broken)


def outputs_text(shapes: list[str], lang: str = "en") -> str:
    """All outputs of a layer; those that are alike are counted.

    >>> outputs_text(["1x8", "1x8", "1x8"]), outputs_text(["1x8", "1x9"])
    ('3 of 1x8', '1x8, 1x9')
    """
    runs = [(shape, len(list(run))) for shape, run in groupby(shapes)]
    return listed(lang, [shape if n == 1 else say(lang, "{count} of {shape}", count=n, shape=shape) for shape, n in runs])


def percent(part: int, whole: int) -> str:
    """Exactly nothing is ``0``; ``0.0`` is a little.

    >>> percent(1, 3), percent(1, 10_000), percent(0, 3)
    ('33.3', '0.0', '0')
    """
    if not part:
        return "0"
    tenths = (2000 * part + whole) // (2 * whole) if whole else 0
    return f"{tenths // 10}.{tenths % 10}"
