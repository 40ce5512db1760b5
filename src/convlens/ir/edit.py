"""Other nodes in the place of a node: every change of a network is a new graph."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.op import Op
from convlens.ir.verify import verify

Same = TypeVar("Same", bound=Op)


class Change(NamedTuple):
    """These nodes instead of one; who read its output reads ``result``."""

    nodes: tuple[Node, ...]
    result: Ref


def changed(graph: Graph, changes: Mapping[str, Change]) -> Graph:
    """The graph with all of these changes. New nodes read what the old ones of the old graph are called."""
    became: dict[Ref, Ref] = {}
    nodes: list[Node] = []
    for node in graph:
        change = changes.get(node.name, Change((node,), Ref(node.name)))
        nodes += [replace(new, inputs=tuple(became.get(ref, ref) for ref in new.inputs)) for new in change.nodes]
        if node.name in changes:
            became[Ref(node.name)] = became.get(change.result, change.result)
    outputs = tuple(became.get(ref, ref) for ref in graph.outputs)
    return verify(replace(graph, nodes=tuple(nodes), outputs=outputs, held={}))


def made(old: Node, op: Op, inputs: tuple[Ref, ...], part: str = "") -> Node:
    """A node in the place of an old one, with its name, or a name behind it."""
    return Node(f"{old.name}.{part}" if part else old.name, op, inputs, module=old.module, source=old.source)


def with_settings(op: Same, **settings: Any) -> Same:
    """The operator with some settings changed."""
    return type(op)(**{**op.settings(), **settings})
