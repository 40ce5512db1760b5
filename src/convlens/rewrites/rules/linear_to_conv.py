"""Linear layers -> convolutions: a classifier becomes fully convolutional.

A linear layer of a flattened C x H x W map is a convolution with an H x W kernel; those behind it, of values without
space, are 1x1 convolutions. On the size that it was made for the network gives the same values, each on a map of one
pixel; on a larger one it gives a map of them, as if it were run at each place. What needs the flat values (a softmax
over the last axis, a reshape) still gets them. An adaptive pool before the classifier that changes nothing at that size
is left out, since it would shrink every larger map to it. Source: Long et al., arXiv:1411.4038v2, section 3.1.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from convlens.backends.plan import Key, checked
from convlens.ir.edit import made
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.spec import Shape
from convlens.ir.verify import verify
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.ops._pointwise import same_place
from convlens.ops.conv import Conv
from convlens.ops.flatten import Flatten
from convlens.ops.unsqueeze import Unsqueeze
from convlens.passes.facts import Facts
from convlens.rewrites.movable import not_movable
from convlens.rewrites.place import Place, possible

TITLE = marked("linear layers become convolutions: the classifier of a network takes larger inputs")
OPTIONS = ()


def applies(graph: Graph) -> list[Place]:
    known = checked(graph)
    return [Place(node.name, _why_not(graph, node, known)) for node in graph if node.op.name == "linear"]


def _why_not(graph: Graph, node: Node, known: Facts) -> Remark | None:
    rank = known.nodes[node.name].inputs[0].rank
    if rank != 2:
        return remark(marked("its input has {rank} axes, not a batch and values alone"), rank=rank)
    return not_movable(graph, node)


def rewrite(graph: Graph, weights: Mapping[Key, Any]) -> tuple[Graph, dict[Key, Any]]:
    edit = _Convolutional(graph, dict(weights))
    nodes = [new for node in graph for new in edit.node(node)]
    outputs = tuple(edit.maps[ref][0] if ref in edit.maps else ref for ref in graph.outputs)
    for name in reversed(edit.replaced):
        if Ref(name) not in outputs and not any(Ref(name) in node.inputs for node in nodes):
            nodes = [node for node in nodes if node.name != name]
    return verify(replace(graph, nodes=tuple(nodes), outputs=outputs, held={})), edit.weights


def notes(_graph: Graph, _weights: Mapping[Key, Any]) -> list[Remark]:
    return [remark(marked("exact: the same numbers in another shape; a larger input gives a map of outputs"))]


class _Convolutional:
    """Walks the graph; ``maps`` says where the values of a flat tensor now are as a map, and how large that map is."""

    def __init__(self, graph: Graph, weights: dict[Key, Any]) -> None:
        self.graph = graph
        self.known = checked(graph)
        self.weights = weights
        self.linear = set(possible(applies(graph)))
        self.maps: dict[Ref, tuple[Ref, Shape]] = {}
        self.replaced: list[str] = []

    def node(self, node: Node) -> list[Node]:
        """What stands in the place of a node."""
        if node.name in self.linear:
            return self._convolution(node)
        if self._flattens(node):
            x = self.known.nodes[node.name].inputs[0]
            self.maps[Ref(node.name)] = (self._before_pool(node.inputs[0]), x.dims[2:])
            self.replaced.append(node.name)
            return [node]
        if len(node.inputs) == 1 and node.inputs[0] in self.maps and self._anywhere(node):
            source, space = self.maps[node.inputs[0]]
            self.maps[Ref(node.name)] = (Ref(node.name), space)
            return [replace(node, inputs=(source,))]
        return self._flat(node)

    def _flattens(self, node: Node) -> bool:
        """Before linear layers alone, perhaps behind functions of each value."""
        found = self.known.nodes[node.name]
        flat = node.op.name in ("flatten", "reshape") and found.inputs[0].rank > 2
        return flat and found.outputs[0].dims == (found.inputs[0].dims[0], found.inputs[0].numel // found.inputs[0].dims[0]) and (
            self._leads_to_linear(node)
        )  # fmt: skip

    def _before_pool(self, ref: Ref) -> Ref:
        """A pool to the size that its input has does nothing here, and would make a larger map as small: it is left out."""
        found = self.known.nodes.get(ref.node)
        if found is None or not self.graph[ref.node].op.name.startswith("adaptive") or found.inputs[:1] != found.outputs[:1]:
            return ref
        self.replaced.append(ref.node)
        return self.graph[ref.node].inputs[0]

    def _leads_to_linear(self, node: Node) -> bool:
        users = self.graph.users(node.name)
        return bool(users) and all(
            user.name in self.linear or (self._anywhere(user) and self._leads_to_linear(user)) for user in users
        )

    def _anywhere(self, node: Node) -> bool:
        """Does the node the same to every value, so that a map is as good as a list? A batch normalisation knows its channels."""
        found = self.known.nodes[node.name]
        plain = not found.param_shapes and found.outputs == found.inputs[:1]
        behind_linear = node.op.name == "batch_norm" and max(self.maps.get(node.inputs[0], (None, (2,)))[1]) == 1
        return behind_linear or (plain and node.op.reads(found.inputs) == ((same_place(found.inputs[0].rank),),))

    def _convolution(self, node: Node) -> list[Node]:
        """The map's whole size is the kernel; values that never were a map become one of one pixel."""
        before = []
        if node.inputs[0] not in self.maps:
            point = made(node, Unsqueeze(at=(2, 3)), node.inputs, "map")
            before.append(point)
            self.maps[node.inputs[0]] = (Ref(point.name), (1, 1))
        source, space = self.maps[node.inputs[0]]
        settings = node.op.settings()
        weight = self.weights[node.name, "weight"]
        self.weights[node.name, "weight"] = weight.reshape(len(weight), -1, *space)
        self.maps[Ref(node.name)] = (Ref(node.name), (1,) * len(space))
        return [*before, made(node, Conv(out=settings["out"], kernel=space, bias=settings["bias"]), (source,))]

    def _flat(self, node: Node) -> list[Node]:
        """A node that needs its values flat: they are flattened before it where they have become a map."""
        made_, inputs = list[Node](), []
        for at, ref in enumerate(node.inputs):
            if ref in self.maps and ref.node not in self.replaced:
                flat = made(node, Flatten(start=1), (self.maps[ref][0],), f"flat{at}")
                made_.append(flat)
                ref = Ref(flat.name)  # noqa: PLW2901 - where the values are now
            inputs.append(ref)
        return [*made_, replace(node, inputs=tuple(inputs))]
