"""Python's answers about a layer, as the page is asked for them: all by `convlens.layer` and its trace, none by the page."""

from itertools import product
from random import Random
from typing import Any

from convlens.importers.calls import read
from convlens.ir.errors import ShapeError
from convlens.playgrounds.settings import settings_of
from convlens.report.frameworks import choices
from convlens.report.layer import LayerReport
from convlens.report.window import axis_windows
from convlens.tracing.position import outward

SAMPLES = 3
FEW = 60
"""Outputs of a layer all of which are traced, to find those that one input reaches."""


def answer(call: str, shape: tuple[int, ...], draw: Random) -> dict[str, Any]:
    graph = read(call, [shape], dtypes=["float32"])
    found: dict[str, Any] = {"call": call, "shape": shape, "settings": settings_of(call, graph)}
    try:
        report = LayerReport(call, graph)
    except ShapeError:
        return {**found, "legal": False}
    op, known = report.nodes[0][0].op, [facts for _, facts in report.nodes]
    windows = axis_windows(op, known[0].inputs)
    dims = report.facts.nodes[graph.outputs[0].node].outputs[0].dims
    lead = len(dims) - op.axes - 1
    own = report.to_dict()
    return {
        **found,
        "legal": True,
        "output": dims[lead:],
        "params": own["params"],
        "macs": own["macs"],
        "elementwise": own["elementwise"] if "pool" in op.name else None,
        "pads": [list(w.padding) for w in windows],
        "dropped": [w.dropped for w in windows],
        "rules": [[c.framework, c.rule, [list(s) for s in c.sides], list(c.counts)] for c in choices(windows)[1:]],
        "samples": [sample(report, dims, lead, draw) for _ in range(SAMPLES)],
        "reached": reached(report, dims, lead, draw),
    }


def sample(report: LayerReport, dims: tuple[int, ...], lead: int, draw: Random) -> dict[str, Any]:
    index = (0,) * lead + tuple(draw.randrange(size) for size in dims[lead:])
    trace = report.trace(outward(index, report.graph.layout))
    return {"at": index[lead:], "value": float(trace.value), "reads": reads(trace, lead)}


def reads(trace: Any, lead: int) -> list[list[int]]:
    """The inputs of the first node that reach the value, without the batch."""
    terms = [t for value in trace.stages[0].values for c in value.views[0].channels for t in c.terms if t.at is not None]
    return sorted({tuple(term.at[lead:]) for term in terms})  # type: ignore[return-value]


def reached(report: LayerReport, dims: tuple[int, ...], lead: int, draw: Random) -> dict[str, Any] | None:
    """One input and every output whose sum it is in."""
    outputs = list(product(*map(range, dims[lead:])))
    if len(outputs) > FEW:
        return None
    size = report.graph.inputs[0].spec.dims[lead:]
    at = tuple(draw.randrange(n) for n in size)
    layout = report.graph.layout
    return {"at": at, "outs": [o for o in outputs if at in reads(report.trace(outward((0,) * lead + o, layout)), lead)]}
