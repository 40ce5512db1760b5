"""What stands above and below the table of a summary: the input, the totals, what is unknown, what is wrong."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from convlens.arith.units import grouped, memory, short
from convlens.ir.graph import Ref
from convlens.ir.label import label
from convlens.report.field import field_words
from convlens.report.layout import shown
from convlens.report.record import output_spec
from convlens.report.words import plural

if TYPE_CHECKING:
    from convlens.report.summary import Summary

Note = tuple[str, str]


def heading(report: "Summary") -> str:
    """The network and what goes in."""
    inputs = ", ".join(f"{item.name} {shown((item.spec,), report.graph.layout)}" for item in report.graph.inputs)
    return f"{report.graph.name}: {inputs}" if inputs else report.graph.name


def notes(report: "Summary") -> list[Note]:
    """Exact totals, each with a rounded number behind it, then the outputs and what is unknown."""
    t = report.totals
    frozen = t.params - t.trainable_params
    unused = t.params - sum(f.params for f in report.facts.nodes.values())
    found = [
        ("parameters", exactly(t.params) + ("" if frozen else ", all trainable")),
        *([("trainable", exactly(t.trainable_params)), ("frozen", exactly(frozen))] if frozen else []),
        *([("unused", f"{exactly(unused)} of them in no layer")] if unused else []),
        *([("buffers", exactly(t.buffers))] if t.buffers else []),
        ("MACs", _least(report) + exactly(t.macs)),
        ("element-wise", _least(report) + exactly(t.elementwise) + (" operation" if t.elementwise == 1 else " operations")),
        ("weights", in_bytes(t.param_bytes)),
        ("activations", in_bytes(t.activation_bytes)),
        ("peak", in_bytes(t.peak_activation_bytes) + _where(report)),
        ("training", f"{_least(report)}{exactly(t.training_macs)} MACs, keeps {in_bytes(t.saved_bytes)}"),
    ]
    if report.facts.broken is None:
        return found + [("output", _output(report, ref)) for ref in report.graph.outputs] + _unknowns(report)
    return [*found, *_unknowns(report), ("breaks at", f"{report.facts.broken.name}; the totals end before it")]


def exactly(count: int) -> str:
    """
    >>> exactly(46764746), exactly(12)
    ('46,764,746 (46.8 M)', '12')
    """
    return f"{grouped(count)} ({short(count)})" if count >= 1000 else grouped(count)


def in_bytes(size: int) -> str:
    return plural(size, "byte") + (f" ({memory(size)})" if size >= 1024 else "")


def _least(report: "Summary") -> str:
    return "at least " if report.unknown else ""


def _where(report: "Summary") -> str:
    return f" at {report.activations.peak_node}" if report.activations.peak_node else ""


def _output(report: "Summary", ref: Ref) -> str:
    text = f"{ref} {shown((output_spec(report, ref),), report.graph.layout)}"
    field = report.receptive_fields.get(ref.node)
    if field is None:
        return f"{text}, receptive field unknown" if ref.node in report.lost_fields else text
    return f"{text}, sees {field_words(field, through=True)}"


def _unknowns(report: "Summary") -> list[Note]:
    """Costs that cannot be told, by call, and receptive fields, by where they are lost."""
    by_call = _grouped((_call(report, name), name) for name in report.unknown)
    costs = [f"{call}{_times(names)}: {_some(names)}" for call, names in by_call.items()]
    by_place = _grouped((place, name) for name, place in report.lost_fields.items())
    fields = [f"lost at {place} ({_call(report, place)}), for {plural(len(names), 'layer')}" for place, names in by_place.items()]
    return [("unknown cost", text) for text in _first(costs)] + [("unknown field", text) for text in _first(fields)]


def _call(report: "Summary", name: str) -> str:
    return label(report.graph[name].op, report.facts.nodes[name].inputs, report.graph.dialect)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for key, name in pairs:
        groups.setdefault(key, []).append(name)
    return groups


def _times(names: list[str]) -> str:
    return f" x {len(names)}" if len(names) > 1 else ""


def _some(names: list[str]) -> str:
    return ", ".join(names[:MOST] + [f"and {len(names) - MOST} more"] * (len(names) > MOST))


def _first(lines: list[str]) -> list[str]:
    return lines[:MOST] + [f"and {plural(len(lines) - MOST, 'other')}"] * (len(lines) > MOST)


MOST = 4
"""So many names are said; the record has all of them."""
