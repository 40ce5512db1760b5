"""The sums over a whole network."""

from collections import Counter
from collections.abc import Mapping
from math import prod
from typing import NamedTuple

from convlens.ir.graph import Graph
from convlens.ir.spec import ITEM_BYTES
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


class _Layers(NamedTuple):
    """The sums over the layers alone."""

    params: int
    buffers: int
    macs: int
    elementwise: int
    param_bytes: int


def totals(graph: Graph, facts: Facts, memory: Activations, steps: Mapping[str, Training]) -> Totals:
    """The totals up to where the shapes break, if they do."""
    nodes = facts.nodes
    layers = _of_layers(nodes)
    unused = [(prod(extra.shape), extra.trainable) for extra in graph.extras if extra.kind == "param"]
    frozen = sum(prod(nodes[n.name].param_shapes.get(p, (0,))) for n in graph if n.frozen and n.name in nodes for p in n.frozen)
    params = layers.params + sum(size for size, _ in unused)
    return Totals(
        params,
        params - frozen - sum(size for size, trainable in unused if not trainable),
        layers.buffers + sum(prod(e.shape) for e in graph.extras if e.kind == "buffer"),
        layers.macs,
        layers.elementwise,
        layers.param_bytes + sum(size for size, _ in unused) * ITEM_BYTES["float32"],
        memory.total_bytes,
        memory.peak_bytes,
        sum([step.macs or 0 for step in steps.values()]),
        total_saved(steps),
    )


def _of_layers(nodes: Mapping[str, NodeFacts]) -> _Layers:
    """Layers that are alike share their facts, which are read once."""
    alike = Counter(map(id, nodes.values()))
    params = buffers = macs = elementwise = param_bytes = 0
    for known in nodes.values():
        times = alike.pop(id(known), 0)
        if times:
            params += times * known.params
            buffers += times * known.buffers
            macs += times * (known.macs or 0)
            elementwise += times * (known.elementwise or 0)
            param_bytes += times * known.param_bytes
    return _Layers(params, buffers, macs, elementwise, param_bytes)
