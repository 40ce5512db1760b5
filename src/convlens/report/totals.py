"""The sums over a whole network."""

from collections import Counter
from collections.abc import Mapping
from math import prod
from typing import NamedTuple

from convlens.ir.graph import Graph
from convlens.ir.spec import ITEM_BYTES, TensorSpec
from convlens.passes.facts import Facts, NodeFacts
from convlens.passes.liveness import Activations
from convlens.passes.training import Training, total_saved


class Totals(NamedTuple):
    """``params`` counts every parameter once, also those that no layer uses; ``macs``, ``elementwise`` and
    ``training_macs`` are the sums of what is known. Bytes of parameters are those of the dtype in which their layer computes.
    """

    params: int
    trainable_params: int
    buffers: int
    macs: int
    elementwise: int
    param_bytes: int
    activation_bytes: int
    peak_activation_bytes: int
    training_macs: int
    saved_bytes: int


def totals(graph: Graph, facts: Facts, memory: Activations, steps: Mapping[str, Training]) -> Totals:
    """The totals up to where the shapes break, if they do. Layers that are alike share their facts, which are read once."""
    nodes = facts.nodes
    alike = Counter(map(id, nodes.values()))
    layers = [(f, alike.pop(id(f))) for f in nodes.values() if id(f) in alike]
    holding = [(f, f.params * times) for f, times in layers if f.param_shapes]
    unused = [(prod(extra.shape), extra.trainable) for extra in graph.extras if extra.kind == "param"]
    frozen = sum(prod(nodes[n.name].param_shapes.get(p, (0,))) for n in graph if n.frozen and n.name in nodes for p in n.frozen)
    params = sum(size for _, size in holding) + sum(size for size, _ in unused)
    return Totals(
        params,
        params - frozen - sum(size for size, trainable in unused if not trainable),
        sum(f.buffers * times for f, times in layers if f.buffer_shapes)
        + sum(prod(e.shape) for e in graph.extras if e.kind == "buffer"),
        sum((f.macs or 0) * times for f, times in layers),
        sum((f.elementwise or 0) * times for f, times in layers),
        sum(size * _param_bytes(f) for f, size in holding) + sum(size for size, _ in unused) * ITEM_BYTES["float32"],
        memory.total_bytes,
        memory.peak_bytes,
        sum(step.macs or 0 for step in steps.values()),
        total_saved(steps),
    )


def _param_bytes(facts: NodeFacts) -> int:
    dtype = next((spec.dtype for spec in (*facts.outputs, *facts.inputs) if spec.floating), TensorSpec(()).dtype)
    return ITEM_BYTES[dtype]
