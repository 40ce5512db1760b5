"""Functions that a model defines itself: written out, so that their nodes are read like all others."""

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from convlens.importers.onnx.order import subgraphs
from convlens.importers.onnx.quote import quoted
from convlens.importers.onnx.wire import MAX_DEPTH, MAX_NODES
from convlens.ir.errors import GraphError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onnx import FunctionProto, ModelProto, NodeProto

Key = tuple[str, str, str]
"""Domain, name and overload."""

MAX_WRITTEN = 1 << 26
"""Bytes of all nodes with the functions written out: a few calls of calls can stand for thousands of copies."""


def inlined(model: "ModelProto") -> "ModelProto":
    """The model with every call of its own functions replaced by the function's nodes.

    Raises `GraphError` for a function that calls itself or is there twice, `UsageError` where there would be too much.
    """
    if not model.functions:
        return model
    functions: dict[Key, FunctionProto] = {}
    for function in model.functions:
        key = (function.domain, function.name, function.overload)
        if key in functions:
            raise GraphError(f"the function {quoted(function.name)} is there twice")
        functions[key] = function
    size = _Count(functions).nodes(model.graph.node)
    if size.nodes > MAX_NODES:
        raise UsageError(f"{size.nodes} nodes after its functions are written out; at most {MAX_NODES} are read")
    if size.bytes > MAX_WRITTEN:
        raise UsageError(f"{size.bytes} bytes after its functions are written out; at most {MAX_WRITTEN} are read")
    try:
        found: ModelProto = import_module("onnx.inliner").inline_local_functions(model)
    except (RuntimeError, ValueError, import_module("onnx.checker").ValidationError) as error:
        raise GraphError(f"its functions cannot be written out: {error}") from None
    return found


class _Size(NamedTuple):
    nodes: int
    bytes: int


class _Count:
    """How many nodes, and of how many bytes, there would be, before any is made."""

    def __init__(self, functions: dict[Key, "FunctionProto"]) -> None:
        self.functions = functions
        self.sizes: dict[Key, _Size] = {}
        self.within: set[Key] = set()

    def nodes(self, nodes: "Iterable[NodeProto]") -> _Size:
        sizes = [self._node(node) for node in nodes]
        return _Size(sum(size.nodes for size in sizes), sum(size.bytes for size in sizes))

    def _node(self, node: "NodeProto") -> _Size:
        key = (node.domain, node.op_type, node.overload)
        inner = self.nodes(inside for graph in subgraphs(node) for inside in graph.node) if node.attribute else _Size(0, 0)
        own = self._function(key) if key in self.functions else _Size(1, 0)
        return _Size(inner.nodes + own.nodes, inner.bytes + own.bytes + node.ByteSize())

    def _function(self, key: Key) -> _Size:
        if key in self.within:
            raise GraphError(f"the function {quoted(key[1])} calls itself")
        if len(self.within) > MAX_DEPTH:
            raise UsageError(f"functions call each other deeper than {MAX_DEPTH}")
        if key not in self.sizes:
            self.within.add(key)
            self.sizes[key] = self.nodes(self.functions[key].node)
            self.within.discard(key)
        return self.sizes[key]
