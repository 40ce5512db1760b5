"""A network as the rules see it: its graph, its facts, and what several rules ask of both, worked out once."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import chain

from convlens.arith.pattern import Pattern
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.spec import TensorSpec
from convlens.linting.collapse import Narrow, narrow
from convlens.linting.devices import DEVICES, EXAMPLE, Device
from convlens.linting.imprint import Imprints, imprints
from convlens.linting.options import Options
from convlens.linting.overlap import is_uneven, own_taps
from convlens.linting.ranges import Range, ranges
from convlens.linting.unread import Passed, passed_over
from convlens.linting.windows import Slide, slides
from convlens.ops._window import Window, channel_axis
from convlens.passes.facts import Facts, NodeFacts, facts
from convlens.passes.liveness import Live, live
from convlens.passes.receptive_field import ReceptiveField, receptive_fields
from convlens.passes.sampling import Sampling, sampling
from convlens.passes.shortest_paths import Reaches, shortest_paths


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
        """The nodes of these operators, in the order of the network."""
        found = [self._of_op[op] for op in dict.fromkeys(ops) if op in self._of_op]
        if len(found) < 2:
            return iter(found[0] if found else ())
        return iter(sorted(chain(*found), key=lambda node: self._places[node.name]))

    @cached_property
    def _places(self) -> dict[str, int]:
        return {node.name: at for at, node in enumerate(self.nodes)}

    @cached_property
    def windows(self) -> tuple[tuple[Node, tuple[Slide, ...]], ...]:
        """Every node that slides a window over space (convolutions and pooling), with its window along each axis."""
        found = ((node, self._slides(node)) for node in self.nodes if isinstance(node.op, Window))
        return tuple((node, each) for node, each in found if each)

    @cached_property
    def narrow(self) -> Narrow | None:
        """The window at which the network ends because its input is too small for it."""
        return narrow(self.graph, self.facts)

    @cached_property
    def passed_over(self) -> tuple[Passed, ...]:
        """Every value of which a window leaves some pixels unread."""
        return tuple(passed_over(self.graph, self.facts, self.windows))

    def slides(self, node: Node) -> tuple[Slide, ...]:
        """The window of a node along each spatial axis; none where it is no window."""
        return self._slides(node) if node.name in self.facts.nodes else ()

    def _slides(self, node: Node) -> tuple[Slide, ...]:
        known = self.facts.nodes[node.name]
        return slides(node.op, known.inputs[0], known.outputs[0]) if known.inputs and known.outputs else ()

    @cached_property
    def imprints(self) -> Imprints:
        """What transposed convolutions and folds whose patches overlap unevenly leave on the layers behind them."""
        starts = [node.name for node in self.of("conv_transpose", "fold") if is_uneven(self.overlap(node))]
        return imprints(self.graph, self.facts, starts)

    def overlap(self, node: Node) -> tuple[Pattern, ...]:
        """How many patches a transposed convolution or fold adds up at the outputs of one period, along each axis."""
        return own_taps(node.op, self.known(node).inputs[0])

    @cached_property
    def _sharers(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for node in self.graph:
            for owner in dict.fromkeys(tie.owner for tie in node.ties):
                found.setdefault(owner, []).append(node)
        return found

    def sharers(self, name: str) -> list[Node]:
        """The later nodes that share a parameter of the node ``name``."""
        return self._sharers.get(name, [])

    def may_reshape(self, node: Node) -> bool:
        """May a fix give the node's weights another shape? Not where another node shares them, or another one makes them."""
        return len(node.inputs) == 1 and not node.ties and not self.sharers(node.name)

    def known(self, node: Node) -> NodeFacts:
        """The facts of a node that has some."""
        return self.facts.nodes[node.name]

    @cached_property
    def _inputs(self) -> dict[str, TensorSpec]:
        return {item.name: item.spec for item in self.graph.inputs}

    @cached_property
    def ranges(self) -> Mapping[str, Range]:
        """Between which two values the outputs of a node lie, for those of which that is known."""
        return ranges(self.nodes)

    def spec(self, ref: Ref) -> TensorSpec:
        """The shape and dtype of a tensor that has facts, or of an input of the network."""
        given = self._inputs.get(ref.node)
        return given if given is not None else self.facts.nodes[ref.node].outputs[ref.port]

    @cached_property
    def ends(self) -> tuple[Ref, ...]:
        """The outputs of the network that its nodes have: not those behind a break, nor a port that there is not."""
        known = self.facts.nodes
        return tuple(
            ref for ref in dict.fromkeys(self.graph.outputs) if ref.node in known and ref.port < len(known[ref.node].outputs)
        )

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

    @cached_property
    def sampling(self) -> Sampling:
        """Where the pixels of every tensor lie in the network's inputs."""
        return sampling(self.graph, self.facts)

    @cached_property
    def space(self) -> frozenset[tuple[str, int]]:
        """The axes of network inputs that are space or time: those along which something slides or is resized."""
        found: dict[int, tuple[Ref, int]] = {}
        for node, each in self.windows:
            found[id(self.sampling.of(node.inputs[0]))] = node.inputs[0], each[0].axis
        for node in self.of("conv_transpose", "interpolate"):
            first = channel_axis(node.op, self.known(node).inputs[0]) + 1 if node.op.axes else 2
            found.setdefault(id(self.sampling.of(node.inputs[0])), (node.inputs[0], first))
        places = [place for ref, first in found.values() for place in self.sampling.of(ref)[first:] if place is not None]
        return frozenset((place.input, place.axis) for place in places)

    @cached_property
    def shortest(self) -> Mapping[str, Mapping[str, Reaches]]:
        """For each network input with space: what each node sees of it along its shortest path."""
        return shortest_paths(self.graph, self.facts)

    @cached_property
    def params(self) -> Mapping[str, int]:
        """The parameters that are counted at each node that has some."""
        return {name: known.params for name, known in self.facts.nodes.items() if known.param_shapes}

    @cached_property
    def live(self) -> Live:
        """The activation memory of one inference, step by step."""
        return live(self.graph, self.facts)

    @property
    def device(self) -> Device:
        """The machine that the network is for, or the example where none that is known was named."""
        return DEVICES.get(self.options.device, EXAMPLE)

    @property
    def for_device(self) -> bool:
        """Was a machine named?"""
        return self.options.device in DEVICES
