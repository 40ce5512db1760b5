"""Functions that a model defines itself: written out, so that their nodes are read like all others."""

from importlib import import_module
from typing import TYPE_CHECKING

from convlens.importers.onnx.order import subgraphs
from convlens.importers.onnx.wire import MAX_DEPTH, MAX_NODES
from convlens.ir.errors import GraphError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onnx import FunctionProto, ModelProto, NodeProto

Key = tuple[str, str]


def inlined(model: "ModelProto") -> "ModelProto":
    """The model with every call of its own functions replaced by the function's nodes.

    Raises `GraphError` for a function that calls itself, `UsageError` where there would be too many nodes.
    """
    if not model.functions:
        return model
    functions = {(function.domain, function.name): function for function in model.functions}
    count = _Count(functions).nodes(model.graph.node)
    if count > MAX_NODES:
        raise UsageError(f"{count} nodes after its functions are written out; at most {MAX_NODES} are read")
    try:
        found: ModelProto = import_module("onnx.inliner").inline_local_functions(model)
    except (RuntimeError, ValueError) as error:
        raise GraphError(f"its functions cannot be written out: {error}") from None
    return found


class _Count:
    """How many nodes there would be, before any is made."""

    def __init__(self, functions: dict[Key, "FunctionProto"]) -> None:
        self.functions = functions
        self.sizes: dict[Key, int] = {}
        self.within: set[Key] = set()

    def nodes(self, nodes: "Iterable[NodeProto]") -> int:
        return sum(self._node(node) for node in nodes)

    def _node(self, node: "NodeProto") -> int:
        key = (node.domain, node.op_type)
        inner = sum(self.nodes(graph.node) for graph in subgraphs(node)) if node.attribute else 0
        return inner + (self._function(key) if key in self.functions else 1)

    def _function(self, key: Key) -> int:
        if key in self.within:
            raise GraphError(f"the function {key[1]!r} calls itself")
        if len(self.within) > MAX_DEPTH:
            raise UsageError(f"functions call each other deeper than {MAX_DEPTH}")
        if key not in self.sizes:
            self.within.add(key)
            self.sizes[key] = self.nodes(self.functions[key].node)
            self.within.discard(key)
        return self.sizes[key]
