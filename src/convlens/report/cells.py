"""The texts of a table: one for each column of each line, exact, before anything is shortened."""

from typing import TYPE_CHECKING, NamedTuple

from convlens.arith.units import grouped, short
from convlens.ir.graph import Node
from convlens.ir.label import label
from convlens.passes.receptive_field import AxisField, ReceptiveField
from convlens.report.layout import shown
from convlens.report.record import exact
from convlens.report.tree import Line

if TYPE_CHECKING:
    from convlens.report.summary import Summary

UNKNOWN = "?"
HEADS = {
    "name": "name",
    "layer": "layer",
    "output": "output",
    "params": "params",
    "macs": "MACs",
    "field": "field",
    "share": "MACs %",
}
"""Columns from left to right."""


class Costs(NamedTuple):
    """Sums over the layers of one line; None where one of them is unknown."""

    params: int
    macs: int | None


def costs(report: "Summary", line: Line) -> Costs:
    found = [report.facts.nodes[node.name] for node in line.nodes]
    macs = [f.macs for f in found]
    return Costs(sum(f.params for f in found), None if None in macs else sum(m or 0 for m in macs))


def cells(report: "Summary", line: Line, *, rounded: bool = False) -> dict[str, str]:
    """The texts of one line; empty for the head of an open group."""
    if not line.nodes:
        return dict.fromkeys(HEADS, "") | {"name": line.name}
    if line.nodes[-1] is report.facts.broken:
        return dict.fromkeys(HEADS, "") | {"name": line.name, "layer": label(line.nodes[-1].op, ()), "output": "does not fit"}
    last = line.nodes[-1]
    params, macs = costs(report, line)
    write = short if rounded else grouped
    return {
        "name": line.name,
        "layer": layer_text(report, line),
        "output": shown(report.facts.nodes[last.name].outputs, report.graph.layout),
        "params": "shared" if not params and any(node.ties for node in line.nodes) else write(params),
        "macs": UNKNOWN if macs is None else write(macs),
        "field": field_text(report.receptive_fields[last.name]),
        "share": UNKNOWN if macs is None else percent(macs, report.totals.macs),
    }


def layer_text(report: "Summary", line: Line) -> str:
    """The layer as its framework writes it, or how many layers a folded module has."""
    node = line.nodes[-1]
    if len(line.nodes) > 1 or node is report.facts.broken:
        return f"{len(line.nodes)} layers" if len(line.nodes) > 1 else label(node.op, ())
    return label(node.op, report.facts.nodes[node.name].inputs, report.graph.dialect)


def same_layer(report: "Summary", node: Node) -> tuple[object, ...]:
    """What two layers have in common that are shown as one."""
    found = report.facts.nodes.get(node.name)
    return (node.op, found and (found.inputs, found.outputs, found.params), node is report.facts.broken)


def field_text(field: ReceptiveField | None) -> str:
    """``35 /8``: 35 pixels wide, moving 8 pixels from one output to the next. Axes that differ are joined by ``x``.

    The stride is left out where it is not regular, or where there is only one position.

    >>> from fractions import Fraction
    >>> field_text(ReceptiveField("x", (AxisField(35, 35, 35, Fraction(8), 17, ""),) * 2))
    '35 /8'
    """
    if field is None:
        return UNKNOWN
    if any(axis.whole for axis in field.axes):
        return "whole"
    size = _each([_extent(axis) for axis in field.axes])
    strides = [exact(axis.stride) for axis in field.axes]
    return size if None in strides or set(strides) == {0} else f"{size} /{_each([_stride(stride) for stride in strides])}"


def _extent(axis: AxisField) -> str:
    return str(axis.size) if axis.size == axis.size_min else f"{axis.size_min}..{axis.size}"


def _stride(stride: int | str | None) -> str:
    return f"({stride})" if isinstance(stride, str) else str(stride)


def _each(texts: list[str]) -> str:
    return texts[0] if len(set(texts)) == 1 else "x".join(texts)


def percent(part: int, whole: int) -> str:
    """
    >>> percent(1, 3), percent(0, 0)
    ('33.3', '0.0')
    """
    tenths = (2000 * part + whole) // (2 * whole) if whole else 0
    return f"{tenths // 10}.{tenths % 10}"
