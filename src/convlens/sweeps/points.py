"""One call of a sweep: exact figures, and where it was measured its times."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from convlens.ir.errors import ConvlensError
from convlens.ir.spec import Shape, TensorSpec
from convlens.passes.facts import NodeFacts
from convlens.passes.liveness import activations
from convlens.passes.storage import storages
from convlens.passes.training import Training, training
from convlens.report.layer import LayerReport, layer
from convlens.sweeps.timing import Timing
from convlens.sweeps.values import Value


@dataclass(frozen=True)
class Figures:
    """Exact whole numbers of one call. ``saved_bytes`` stay in memory until backward, as of a layer in the middle of a network;
    ``needed_bytes`` are taken when it runs, and ``needed_for_backward`` when it is trained, a kernel's own workspace aside.
    """

    outputs: tuple[Shape, ...]
    params: int
    buffers: int
    macs: int | None
    backward_macs: int | None
    elementwise: int | None
    output_bytes: int
    saved_bytes: int
    needed_bytes: int
    needed_for_backward: int


@dataclass(frozen=True)
class Point:
    """``error`` says why a call is illegal, ``untimed`` why a legal one was not measured, by "forward" and "backward"."""

    value: Value
    call: str
    shape: Shape
    report: LayerReport | None
    figures: Figures | None
    error: str = ""
    times: tuple[tuple[str, Timing], ...] = ()
    untimed: tuple[tuple[str, str], ...] = ()

    def time(self, what: str = "forward") -> Timing | None:
        return dict(self.times).get(what)


def point(value: Value, call: str, shape: Shape, dtype: str) -> Point:
    """The figures of a call, or the reason why it is illegal."""
    try:
        report = layer(call, TensorSpec(shape, dtype))
    except ConvlensError as error:
        return Point(value, call, shape, None, None, str(error))
    return Point(value, call, shape, report, figures(report))


def figures(report: LayerReport) -> Figures:
    """The sums over the nodes of a call."""
    found = [known for _, known in report.nodes]
    memory = storages(report.graph, report.facts)
    steps = list(training(report.graph, report.facts, memory, to_inputs=True).values())
    given = sum(item.spec.bytes for item in report.graph.inputs)
    made = activations(report.graph, report.facts, memory).total_bytes
    held = sum(_weight_bytes(known) for known in found)
    macs, saved = _sum(known.macs for known in found), sum(step.saved_bytes for step in steps)
    return Figures(
        tuple(report.shapes()[1]),
        sum(known.params for known in found),
        sum(known.buffers for known in found),
        macs,
        _backward(steps, macs),
        _sum(known.elementwise for known in found),
        sum(report.facts.nodes[ref.node].outputs[ref.port].bytes for ref in report.graph.outputs),
        saved,
        given + made + held,
        2 * (given + made + held) + saved,
    )


def _backward(steps: Sequence[Training], macs: int | None) -> int | None:
    whole = _sum(step.macs for step in steps)
    return None if whole is None or macs is None else whole - macs


def _sum(counts: Any) -> int | None:
    every = list(counts)
    return None if None in every else sum(every)


def _weight_bytes(known: NodeFacts) -> int:
    item = next((spec.bytes // max(spec.numel, 1) for spec in known.outputs if spec.floating), 4)
    return (known.params + known.buffers) * item
