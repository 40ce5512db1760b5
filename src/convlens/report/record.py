"""The record of a summary: ``convlens/summary/1``. Its key names are public: add, never rename."""

from typing import TYPE_CHECKING, Any

from convlens.ir.graph import Captured, Node, Ref
from convlens.ir.label import label
from convlens.ir.spec import TensorSpec
from convlens.linting.finding import Finding
from convlens.passes.receptive_field import ReceptiveField
from convlens.report.field import exact
from convlens.report.layout import own

if TYPE_CHECKING:
    from convlens.report.summary import Summary


def summary_record(report: "Summary") -> dict[str, Any]:
    """Plain dicts, lists, texts and whole numbers, in the order of the network."""
    graph, broken = report.graph, report.facts.broken
    record: dict[str, Any] = {
        "schema": "convlens/summary/1",
        "model": graph.name,
        "inputs": [
            {"name": item.name, "shape": list(own(item.spec.dims, graph.layout)), "dtype": item.spec.dtype}
            for item in graph.inputs
        ],
        "outputs": [_output(report, ref) for ref in graph.outputs] if broken is None else [],
        "layers": [_layer(report, node) for node in graph if node.name in report.facts.nodes],
        "totals": report.totals._asdict(),
        "findings": [_finding(finding) for finding in report.findings],
        "unknown": report.unknown,
        "captured": _captured(graph.captured),
    }
    if broken is not None:
        record["layers"].append(_broken(broken))
        error = report.facts.error
        record["error"] = {"node": broken.name, "message": str(error), "fix": error.fix if error else ""}
    return record


def _finding(finding: Finding) -> dict[str, Any]:
    """The record of `convlens lint --json` has its evidence and all nodes and fixes."""
    record = finding.to_dict()
    return {key: record[key] for key in ("code", "name", "severity", "node", "message", "fix")}


def _captured(how: Captured | None) -> dict[str, Any] | None:
    """Which way the shapes of a live module were found; None for a network that was read."""
    if how is None:
        return None
    operators = list(dict.fromkeys(how.meta_calls))
    return {"calls": how.calls, "run_on_meta": len(how.meta_calls), "operators": operators, "real": how.real}


def _output(report: "Summary", ref: Ref) -> dict[str, Any]:
    spec = output_spec(report, ref)
    return {"name": str(ref), "shape": list(own(spec.dims, report.graph.layout)), "dtype": spec.dtype}


def output_spec(report: "Summary", ref: Ref) -> TensorSpec:
    """The spec of an output of the network, which may be one of its inputs."""
    facts = report.facts.nodes.get(ref.node)
    if facts is not None:
        return facts.outputs[ref.port]
    return next(item.spec for item in report.graph.inputs if item.name == ref.node)


def _layer(report: "Summary", node: Node) -> dict[str, Any]:
    facts = report.facts.nodes[node.name]
    return {
        "name": node.name,
        "op": node.op.name,
        "label": label(node.op, facts.inputs, report.graph.dialect),
        "module": node.module,
        "inputs": list(map(str, node.inputs)),
        "outputs": [list(own(spec.dims, report.graph.layout)) for spec in facts.outputs],
        "params": facts.params,
        "buffers": facts.buffers,
        "macs": facts.macs,
        "elementwise": facts.elementwise,
        "training_macs": report.training[node.name].macs,
        "saved_bytes": report.training[node.name].saved_bytes,
        "in_place": node.in_place,
        "receptive_field": field_record(report.receptive_fields[node.name]),
    }


def _broken(node: Node) -> dict[str, Any]:
    unknown = dict.fromkeys(("params", "buffers", "macs", "elementwise", "training_macs", "saved_bytes", "receptive_field"))
    return {
        "name": node.name,
        "op": node.op.name,
        "label": label(node.op, ()),
        "module": node.module,
        "inputs": list(map(str, node.inputs)),
        "outputs": [],
        "in_place": node.in_place,
        **unknown,
    }


def field_record(field: ReceptiveField | None) -> dict[str, Any] | None:
    """The receptive field, an entry for each spatial axis."""
    if field is None:
        return None
    axes = field.axes
    return {
        "input": field.input,
        "size": [axis.size for axis in axes],
        "size_min": [axis.size_min for axis in axes],
        "support": [axis.support for axis in axes],
        "stride": [exact(axis.stride) for axis in axes],
        "padding": [axis.padding for axis in axes],
        "whole": next((axis.whole for axis in axes if axis.whole), None),
    }
