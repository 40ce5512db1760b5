"""A network as the rules see it: its graph, its facts, and what several rules ask of both, worked out once."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.spec import TensorSpec
from convlens.linting.options import Options
from convlens.linting.windows import Slide, slides
from convlens.passes.facts import Facts, NodeFacts, facts
from convlens.passes.receptive_field import ReceptiveField, receptive_fields


class Network:
    """Rules look at the nodes that have facts; where the shapes break, these end before ``facts.broken``."""

    def __init__(self, graph: Graph, options: Options = Options(), known: Facts | None = None) -> None:  # noqa: B008 - immutable
        self.graph: Graph = graph
        self.options: Options = options
        self.facts: Facts = known or facts(graph)

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(node for node in self.graph if node.name in self.facts.nodes)

    @cached_property
    def _of_op(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for node in self.nodes:
            found.setdefault(node.op.name, []).append(node)
        return found

    def of(self, *ops: str) -> Iterator[Node]:
        """The nodes of these operators, one operator after the other."""
        for op in ops:
            yield from self._of_op.get(op, ())

    @cached_property
    def windows(self) -> tuple[tuple[Node, tuple[Slide, ...]], ...]:
        """Every node that slides a window over space (convolutions and pooling), with its window along each axis."""
        found = ((node, self._slides(node)) for node in self.nodes)
        return tuple((node, each) for node, each in found if each)

    def slides(self, node: Node) -> tuple[Slide, ...]:
        """The window of a node along each spatial axis; none where it is no window."""
        return self._slides(node) if node.name in self.facts.nodes else ()

    def _slides(self, node: Node) -> tuple[Slide, ...]:
        known = self.facts.nodes[node.name]
        return slides(node.op, known.inputs[0], known.outputs[0]) if known.inputs and known.outputs else ()

    def known(self, node: Node) -> NodeFacts:
        """The facts of a node that has some."""
        return self.facts.nodes[node.name]

    @cached_property
    def _inputs(self) -> dict[str, TensorSpec]:
        return {item.name: item.spec for item in self.graph.inputs}

    def spec(self, ref: Ref) -> TensorSpec:
        """The shape and dtype of a tensor that has facts, or of an input of the network."""
        given = self._inputs.get(ref.node)
        return given if given is not None else self.facts.nodes[ref.node].outputs[ref.port]

    def before(self, node: Node, at: int = 0) -> Node | None:
        """The node that makes input ``at`` of a node; None where that is an input of the network, or there is none."""
        if at >= len(node.inputs) or node.inputs[at].node in self._inputs:
            return None
        return self.graph[node.inputs[at].node]

    @cached_property
    def receptive_fields(self) -> Mapping[str, ReceptiveField | None]:
        """What each node sees of the network's input; None where that cannot be told."""
        return receptive_fields(self.graph, self.facts)

    @cached_property
    def outputs(self) -> frozenset[str]:
        """The names of the nodes whose output the network gives."""
        return frozenset(ref.node for ref in self.graph.outputs)

    def after(self, node: Node) -> Node | None:
        """The one node that reads this node's output; None where several do, none does, or it is an output of the network."""
        users = self.graph.users(node.name)
        return users[0] if len(users) == 1 and node.name not in self.outputs else None
