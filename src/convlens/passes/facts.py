"""Shapes, parameters and costs of every node of a graph."""

from collections.abc import Mapping
from functools import cached_property, lru_cache
from math import prod
from typing import Any, NamedTuple

from convlens.ir.errors import ShapeError
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.label import stated_size
from convlens.ir.op import Inputs, Op, Outputs, Shapes
from convlens.ir.spec import ITEM_BYTES, TensorSpec, show_shape


class _Stated(NamedTuple):
    inputs: Inputs
    outputs: Outputs
    param_shapes: Shapes
    buffer_shapes: Shapes
    macs: int | None
    elementwise: int | None


class NodeFacts(_Stated):
    """Facts of one node. A cost is None where the operator cannot tell it.

    ``param_shapes`` are those counted here; a parameter shared with an earlier node is counted there.
    Nodes that are alike share one object, so what follows from the facts is worked out once.
    """

    @cached_property
    def params(self) -> int:
        """Number of trained or frozen values counted here."""
        return count(self.param_shapes)

    @cached_property
    def buffers(self) -> int:
        return count(self.buffer_shapes)

    @cached_property
    def param_bytes(self) -> int:
        """Bytes of the parameters counted here, in the dtype in which the node computes."""
        dtype = next((spec.dtype for spec in (*self.outputs, *self.inputs) if spec.floating), TensorSpec(()).dtype)
        return self.params * ITEM_BYTES[dtype]

    @cached_property
    def output_bytes(self) -> tuple[int, ...]:
        """Bytes of each output."""
        return tuple([spec.bytes for spec in self.outputs])

    @cached_property
    def fits_in_place(self) -> bool:
        """Can the outputs take the memory of the first input?"""
        return sum(self.output_bytes) <= (self.inputs[0].bytes if self.inputs else 0)

    @cached_property
    def derived(self) -> dict[Any, Any]:
        """What passes have worked out of the operator with these facts, each under a key of its own."""
        return {}


class Facts(NamedTuple):
    """Facts by node name, up to the node whose shapes break (``broken``, with its ``error``), if one does."""

    nodes: Mapping[str, NodeFacts]
    broken: Node | None = None
    error: ShapeError | None = None


def facts(graph: Graph) -> Facts:
    """Facts of every node in topological order. A node that cannot take its inputs ends the walk; it does not raise."""
    specs: dict[str, Outputs] = {item.name: (item.spec,) for item in graph.inputs}
    known: dict[str, NodeFacts] = {}
    for node in graph:
        if graph.broken is not None and node is graph.nodes[-1]:
            return Facts(known, node, graph.broken)
        try:
            xs: Inputs = ()
            inputs = node.inputs
            xs = (_at(specs, inputs[0]),) if len(inputs) == 1 else tuple([_at(specs, ref) for ref in inputs])
            found = node_facts(node, xs)
        except ShapeError as error:
            given = [f"{x} from {str(ref)!r}" for x, ref in zip(xs, node.inputs, strict=False)]
            return Facts(known, node, error.at(node.op.name, node.name, given, node.source))
        known[node.name] = found
        specs[node.name] = found.outputs
    for ref in graph.outputs:
        if ref.port >= len(specs[ref.node]):
            return Facts(known, graph[ref.node], _no_port(specs, ref).at("output", str(ref), []))
    return Facts(known)


def _at(specs: Mapping[str, Outputs], ref: Ref) -> TensorSpec:
    made = specs[ref.node]
    if ref.port >= len(made):
        raise _no_port(specs, ref)
    return made[ref.port]


def _no_port(specs: Mapping[str, Outputs], ref: Ref) -> ShapeError:
    count = len(specs[ref.node])
    return ShapeError(
        f"{str(ref)!r} is output {ref.port} of {ref.node!r}, which has {count}, counted from 0",
        f"an output from 0 to {count - 1}" if count > 1 else f"{ref.node!r} alone",
    )


def node_facts(node: Node, xs: Inputs) -> NodeFacts:
    """The facts of one node for these inputs, or `ShapeError`."""
    found = op_facts(node.op, xs)
    if node.in_place and not found.fits_in_place:
        raise _too_large_in_place(found)
    if not node.ties and not node.frozen:
        return found
    shared = {tie.param for tie in node.ties}
    for name in (*shared, *node.frozen):
        if name not in found.param_shapes and name not in found.buffer_shapes:
            known = ", ".join(found.param_shapes) or "none"
            raise ShapeError(f"it has no parameter {name!r} to share or freeze; its parameters are: {known}")
    return _without(node.op, xs, frozenset(shared)) if shared else found


def _too_large_in_place(found: NodeFacts) -> ShapeError:
    have = found.inputs[0].bytes if found.inputs else 0
    return ShapeError(
        f"its output takes {sum(found.output_bytes)} bytes, so it cannot take the memory of its first input, which has {have}",
        "no in_place",
    )


@lru_cache(maxsize=8192)
def op_facts(op: Op, xs: Inputs) -> NodeFacts:
    """The facts of an operator on these inputs. Networks repeat their layers, so each distinct one is worked out once."""
    return NodeFacts(xs, op.infer(xs), op.params(xs), op.buffers(xs), op.macs(xs), op.elementwise(xs))


@lru_cache(maxsize=1024)
def _without(op: Op, xs: Inputs, shared: frozenset[str]) -> NodeFacts:
    """The facts of an operator some of whose parameters are counted elsewhere."""
    found = op_facts(op, xs)
    return found._replace(param_shapes={name: shape for name, shape in found.param_shapes.items() if name not in shared})


def check_weights(op: Op, weights: Shapes, xs: Inputs) -> None:
    """The weights that a layer holds must have the shapes that its operator needs for this input, or `ShapeError`."""
    needed = {**op.params(xs[:1]), **op.buffers(xs[:1])}
    for name, shape in weights.items():
        if name in needed and tuple(shape) != tuple(needed[name]):
            raise ShapeError(
                f"its {name} is {show_shape(tuple(shape))}, but the input {xs[0]} needs {show_shape(tuple(needed[name]))}",
                _as_stated(op, xs) or f"a layer whose {name} is {show_shape(tuple(needed[name]))}, or the input it was made for",
            )


def _as_stated(op: Op, xs: Inputs) -> str:
    """``in_channels=4, or the input that this layer was made for``, where PyTorch's call states the input's size."""
    sizes = [arg for spelling in op.spellings if spelling.framework == "torch.nn" for arg in spelling.roles("size")]
    if not sizes:
        return ""
    return f"{sizes[0].theirs}={stated_size(sizes[0].ours, op, xs)}, or the input that this layer was made for"


def count(shapes: Shapes) -> int:
    """Values in all of these shapes together.

    >>> count({"weight": (2, 3, 3, 3), "bias": (2,)})
    56
    """
    return sum(map(prod, shapes.values()))
