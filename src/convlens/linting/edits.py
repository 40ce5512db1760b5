"""Changes of a graph that several fixes make."""

from collections.abc import Mapping
from dataclasses import replace

from convlens.ir.edit import Change, changed
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.op import Op
from convlens.ir.verify import verify


def with_ops(graph: Graph, ops: Mapping[str, Op]) -> Graph:
    """The same graph with other operators at these nodes; each takes the inputs of the old one and keeps its name."""
    nodes = (replace(node, op=ops[node.name], weights=()) if node.name in ops else node for node in graph)
    return verify(replace(graph, nodes=tuple(nodes)))


def without(graph: Graph, names: list[str]) -> Graph:
    """The same graph without these nodes, whose readers read what they read."""
    return changed(graph, {name: Change((), graph[name].inputs[0]) for name in names})


def behind(graph: Graph, name: str, op: Op, part: str) -> Graph:
    """The same graph with one more node, called ``name.part``, between a node and all that read its output."""
    node = graph[name]
    new = Node(f"{name}.{part}", op, (Ref(name),), module=node.module)
    return changed(graph, {name: Change((node, new), Ref(new.name))})


def before(graph: Graph, name: str, op: Op, part: str, at: int = 0) -> Graph:
    """The same graph with one more node, called ``name.part``, between a node and its input ``at``."""
    node = graph[name]
    new = Node(f"{name}.{part}", op, (node.inputs[at],), module=node.module)
    inputs = (*node.inputs[:at], Ref(new.name), *node.inputs[at + 1 :])
    return changed(graph, {name: Change((new, replace(node, inputs=inputs)), Ref(name))})
