"""What stands above and below the table of a summary: the input, the totals, what is unknown, what is wrong."""

from typing import TYPE_CHECKING

from convlens.arith.units import grouped, memory, short
from convlens.ir.graph import Ref
from convlens.ir.label import label
from convlens.passes.receptive_field import ReceptiveField
from convlens.report.cells import field_text
from convlens.report.layout import shown

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
        ("element-wise", _least(report) + exactly(t.elementwise) + " operations"),
        ("weights", in_bytes(t.param_bytes)),
        ("activations", in_bytes(t.activation_bytes)),
        ("peak", in_bytes(t.peak_activation_bytes) + _where(report)),
    ]
    if report.facts.broken is None:
        return found + [("output", _output(report, ref)) for ref in report.graph.outputs] + _unknown(report)
    return [*found, *_unknown(report), ("breaks at", f"{report.facts.broken.name}; the totals end before it")]


def exactly(count: int) -> str:
    """
    >>> exactly(46764746), exactly(12)
    ('46,764,746 (46.8 M)', '12')
    """
    return f"{grouped(count)} ({short(count)})" if count >= 1000 else grouped(count)


def in_bytes(size: int) -> str:
    return f"{grouped(size)} bytes ({memory(size)})" if size >= 1024 else f"{grouped(size)} bytes"


def _least(report: "Summary") -> str:
    return "at least " if report.unknown else ""


def _where(report: "Summary") -> str:
    return f" at {report.activations.peak_node}" if report.activations.peak_node else ""


def _output(report: "Summary", ref: Ref) -> str:
    facts = report.facts.nodes.get(ref.node)
    specs = facts.outputs if facts else tuple(item.spec for item in report.graph.inputs if item.name == ref.node)
    text = f"{ref} {shown((specs[ref.port],), report.graph.layout)}"
    return f"{text}, {field_words(report.receptive_fields[ref.node])}" if facts else text


def field_words(field: ReceptiveField | None) -> str:
    """What an output sees of the network's input, in words."""
    if field is None:
        return "receptive field unknown"
    through = next((axis.whole for axis in field.axes if axis.whole), "")
    if through:
        return f"sees the whole input, through {through}"
    size, _, stride = field_text(field).partition(" /")
    return f"sees {size} pixels" + (f", stride {stride.strip('()')}" if stride else "")


def _unknown(report: "Summary") -> list[Note]:
    calls = [f"{name} ({label(report.graph[name].op, report.facts.nodes[name].inputs)})" for name in report.unknown]
    shown_calls = calls[:8] + [f"and {len(calls) - 8} more"] * (len(calls) > 8)
    return [("unknown cost", ", ".join(shown_calls))] if calls else []
