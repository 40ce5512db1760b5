"""What a legal graph is, as named conditions."""

from collections.abc import Callable, Iterator

from convlens.ir.errors import GraphError
from convlens.ir.graph import Graph

Condition = Callable[[Graph], Iterator[str]]


def names_are_unique(graph: Graph) -> Iterator[str]:
    """Every input and node has a name of its own."""
    if len({i.name for i in graph.inputs} | {n.name for n in graph.nodes}) == len(graph.inputs) + len(graph.nodes):
        return
    seen: set[str] = set()
    for name, source in [(i.name, "") for i in graph.inputs] + [(n.name, n.source) for n in graph]:
        if name in seen:
            yield f"the name {name!r} is used twice{_place(source)}"
        seen.add(name)


def inputs_come_first(graph: Graph) -> Iterator[str]:
    """A node reads only graph inputs and nodes before it, so there is no cycle."""
    ready = {i.name for i in graph.inputs}
    for node in graph.nodes:
        for ref in node.inputs:
            if ref.node not in ready:
                exists = any(n.name == ref.node for n in graph)
                state = "comes later: a cycle, or nodes out of order" if exists else "does not exist"
                yield f"{node.op.name} {node.name!r} reads {str(ref)!r}, which {state}{_place(node.source)}"
        ready.add(node.name)


def _place(source: str) -> str:
    return f" ({source})" if source else ""


def outputs_exist(graph: Graph) -> Iterator[str]:
    """Every graph output is an input or a node, and there is at least one."""
    known = {i.name for i in graph.inputs} | {n.name for n in graph}
    if not graph.outputs:
        yield "the network has no output"
    for ref in graph.outputs:
        if ref.node not in known:
            yield f"the output {str(ref)!r} does not exist"


def ties_point_back(graph: Graph) -> Iterator[str]:
    """A shared parameter belongs to an earlier node."""
    if all(node.ties == () for node in graph.nodes):
        return
    seen: set[str] = set()
    for node in graph:
        for tie in node.ties:
            if tie.owner not in seen:
                yield f"{node.op.name} {node.name!r} shares {tie.param!r} with {tie.owner!r}, which is not an earlier node"
        seen.add(node.name)


CONDITIONS: tuple[Condition, ...] = (names_are_unique, inputs_come_first, outputs_exist, ties_point_back)


def verify(graph: Graph) -> Graph:
    """The graph itself if it is legal; `GraphError` with every broken condition at once if not."""
    broken = [problem for condition in CONDITIONS for problem in condition(graph)]
    if broken:
        shown = broken[:8] + ([f"and {len(broken) - 8} more"] if len(broken) > 8 else [])
        raise GraphError(f"network {graph.name!r} is not legal:\n" + "\n".join(f"  {problem}" for problem in shown))
    return graph
