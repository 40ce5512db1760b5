"""Follow one output value of a call back to its input, through every node on the way."""

from collections.abc import Mapping
from typing import Any

from convlens.backends.plan import Key
from convlens.ir.errors import UsageError
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.spec import Shape
from convlens.passes.facts import Facts
from convlens.tracing.number import Number
from convlens.tracing.operators import TRACERS, Asked, check_count
from convlens.tracing.source import Source
from convlens.tracing.term import Stage, Traced

TRACED = (
    "convolutions (dense, grouped, depthwise, separable, transposed; 1-D to 3-D), max and average pooling (adaptive and "
    "global too), linear or dense layers, each with an activation of relu, relu6, sigmoid or tanh behind it"
)


class Walk:
    """The values of each node that were asked for; asking the last one asks those before it."""

    def __init__(self, graph: Graph, known: Facts, x: Source, weights: Mapping[Key, Source]) -> None:
        self.graph = graph
        self.known = known
        self.sources: dict[Ref, Source] = {Ref(graph.inputs[0].name): x}
        self.found: dict[str, dict[Shape, Traced]] = {}
        self.terms = 0
        for node in graph:
            own = {name: source for (owner, name), source in weights.items() if owner == node.name}
            self.sources[Ref(node.name)] = _Computed(self, node, own)

    def stages(self, index: Shape) -> tuple[Stage, ...]:
        """All nodes in order, the last one traced at ``index`` (N, C, space)."""
        self.sources[self.graph.outputs[0]].read(index)
        return tuple(
            Stage(node, self.known.nodes[node.name].inputs, tuple(self.found[node.name].values())) for node in self.graph
        )  # fmt: skip

    def at(self, node: Node, index: Shape) -> Traced:
        """One value of a node, by its index (N, C, space)."""
        self.sources[Ref(node.name)].read(index)
        return self.found[node.name][index]

    def traced(self, node: Node, index: Shape, weights: Mapping[str, Source]) -> Traced:
        """One value of a node, made once."""
        made = self.found.setdefault(node.name, {})
        if index not in made:
            tracer = TRACERS[node.op.name]
            spec = self.known.nodes[node.name].inputs[0]
            asked = Asked(node.op, spec, index, self.sources[node.inputs[0]], weights)
            self.terms += tracer.count(asked)
            check_count(self.terms)
            made[index] = tracer.trace(asked)
        return made[index]


class _Computed:
    """The output of a node as a source: each value is traced when it is read."""

    def __init__(self, walk: Walk, node: Node, weights: Mapping[str, Source]) -> None:
        self.walk = walk
        self.node = node
        self.weights = weights

    def read(self, index: Shape) -> Number:
        return self.walk.traced(self.node, index, self.weights).value


def check_traceable(call: str, graph: Graph) -> None:
    """Refuse, with `UsageError`, a call of which some node cannot be written out."""
    first = next((node for node in graph if node.op.name not in TRACERS), None)
    alone = {"flatten", "relu", "relu6", "sigmoid", "tanh", "identity"}
    if first is None and any(node.op.name not in alone for node in graph):
        return
    name = first.op.name if first is not None else graph.nodes[0].op.name
    raise UsageError(f"{call}: {name} cannot be traced\n  fix: one of {TRACED}")


def has_batch(graph: Graph, known: Facts) -> bool:
    """True where the first axis of the output is the batch."""
    op: Any = graph.nodes[0].op
    rank = known.nodes[graph.nodes[0].name].inputs[0].rank
    return bool(rank == op.axes + 2) if op.axes else rank >= 2
