"""Where the cost sits: parameters, MACs, memory and receptive field of each block, as bars under it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from convlens.arith.units import memory, short
from convlens.ir.graph import Node
from convlens.lang.messages import marked, say
from convlens.passes.receptive_field import ReceptiveField
from convlens.report.cells import NO_FIELD
from convlens.report.strip.fold import Item

if TYPE_CHECKING:
    from convlens.report.summary import Summary

WORDS = {
    "params": marked("parameters"),
    "macs": marked("MACs"),
    "memory": marked("memory"),
    "field": marked("field"),
}
"""The bars from top to bottom. ``memory`` is the bytes of what the layers give; ``field`` that of the last layer."""


class Bar(NamedTuple):
    """``share`` of the longest bar, 0 to 1; 0 where the value is not known (``?``) or there is none."""

    text: str
    share: float


def layer_costs(report: "Summary", node: Node) -> dict[str, int | None]:
    """What one layer costs and sees; None where that cannot be told. A field is its largest side."""
    known = report.facts.nodes.get(node.name)
    if known is None:
        return dict.fromkeys(WORDS)
    field = field_size(report.receptive_fields[node.name])
    return {"params": known.params, "macs": known.macs, "memory": sum(s.bytes for s in known.outputs), "field": field}


def field_size(field: ReceptiveField | None) -> int | None:
    return max(axis.size for axis in field.axes) if field and field.axes else None


def costs(report: "Summary", nodes: Sequence[Node], item: Item) -> dict[str, int | None]:
    """Sums over the layers of a block; None as soon as one of them is not known."""
    each = [layer_costs(report, nodes[at]) for at in range(item.first, item.stop)]
    found: dict[str, int | None] = {"field": each[-1]["field"]}
    for name in ("params", "macs", "memory"):
        values = [one[name] for one in each]
        found[name] = None if None in values else sum(value or 0 for value in values)
    return {name: found[name] for name in WORDS}


def bars(report: "Summary", nodes: Sequence[Node], items: Sequence[Item], lang: str) -> dict[str, list[Bar]]:
    """For each measure a bar under each block. A layer that sees the whole input has a full bar."""
    found = [costs(report, nodes, item) for item in items]
    made = {name: _row(name, [one[name] for one in found]) for name in WORDS}
    last = [nodes[item.stop - 1] for item in items]
    return {**made, "field": [_field(report, node, bar, lang) for node, bar in zip(last, made["field"], strict=True)]}


def _field(report: "Summary", node: Node, bar: Bar, lang: str) -> Bar:
    """A number, the whole input, nothing of any image (``-``), or a field that cannot be told (``?``)."""
    if sees_whole(report, node):
        return Bar(say(lang, "whole"), 1.0)
    seen = report.receptive_fields.get(node.name) is not None or node.name in report.lost_fields
    return bar if seen or node.name not in report.facts.nodes else Bar(NO_FIELD, 0.0)


def sees_whole(report: "Summary", node: Node) -> bool:
    """Is the whole input seen along some axis?"""
    field = report.receptive_fields.get(node.name)
    return field is not None and any(axis.whole for axis in field.axes)


def _row(name: str, values: Sequence[int | None]) -> list[Bar]:
    most = max((value or 0 for value in values), default=0) or 1
    return [Bar(value_text(name, value), (value or 0) / most) for value in values]


def value_text(name: str, value: int | None) -> str:
    """
    >>> value_text("macs", 118013952), value_text("memory", 2048), value_text("field", 35), value_text("params", None)
    ('118 M', '2.00 KiB', '35', '?')
    """
    if value is None:
        return "?"
    return memory(value) if name == "memory" else str(value) if name == "field" else short(value)
