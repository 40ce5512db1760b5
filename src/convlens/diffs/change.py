"""What changed in one layer that is in both networks."""

from typing import Any, NamedTuple

from convlens.ir.graph import Node
from convlens.ir.label import label
from convlens.ir.text import shown_settings
from convlens.report.summary import Summary

Both = tuple[Any, Any]
ABSENT = "-"
"""What stands where one side has no such thing."""


class Change(NamedTuple):
    """A layer of both networks: its names, and every figure of it that is not the same, as ``what: (old, new)``.

    ``settings`` are those that its own line in the text form would show otherwise; they are what somebody has changed.
    ``figures`` follow: output shape, parameters, MACs, bytes kept for backward, receptive field.
    """

    old: str
    new: str
    op: Both
    labels: Both
    settings: dict[str, Both]
    figures: dict[str, Both]

    @property
    def renamed(self) -> bool:
        return self.old != self.new

    @property
    def edited(self) -> bool:
        """Is the layer itself another, and not only what reaches it?"""
        return bool(self.settings) or self.op[0] != self.op[1]

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.new,
            "was": self.old,
            "op": list(self.op),
            "label": list(self.labels),
            "settings": {name: list(both) for name, both in self.settings.items()},
            "figures": {name: list(both) for name, both in self.figures.items()},
        }


def change(old: Summary, new: Summary, a: Node, b: Node) -> Change:
    """What is not the same in two layers that are the same layer."""
    names = [str(shown_labels(summary, node)) for summary, node in ((old, a), (new, b))]
    before, after = figures(old, a), figures(new, b)
    return Change(
        a.name,
        b.name,
        (a.op.name, b.op.name),
        (names[0], names[1]),
        _differing(_settings(a), _settings(b)),
        _differing(before, after),
    )


def shown_labels(summary: Summary, node: Node) -> str:
    known = summary.facts.nodes.get(node.name)
    return label(node.op, known.inputs if known else (), summary.graph.dialect)


def figures(summary: Summary, node: Node) -> dict[str, Any]:
    """What a layer costs and sees; nothing where the shapes broke before it."""
    known = summary.facts.nodes.get(node.name)
    if known is None:
        return {}
    field = summary.receptive_fields[node.name]
    return {
        "outputs": [list(spec.dims) for spec in known.outputs],
        "params": known.params,
        "macs": known.macs,
        "saved_bytes": summary.training[node.name].saved_bytes,
        "receptive_field": None if field is None else [axis.size for axis in field.axes],
    }


def _settings(node: Node) -> dict[str, str]:
    marks = {"frozen": ", ".join(node.frozen), "in_place": str(node.in_place).lower() if node.in_place else ""}
    return {**shown_settings(node.op), **{name: text for name, text in marks.items() if text}}


def _differing(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Both]:
    return {name: (a.get(name), b.get(name)) for name in dict.fromkeys((*a, *b)) if a.get(name) != b.get(name)}
