"""Nodes in topological order, and what they read from outside."""

from collections.abc import Iterator, Mapping, Sequence
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from convlens.importers.onnx.quote import plain, quoted
from convlens.ir.errors import GraphError

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto


def subgraphs(node: "NodeProto") -> list["GraphProto"]:
    """The graphs among a node's attributes: the branches of an If, the body of a Loop."""
    return [graph for attr in node.attribute for graph in ([attr.g] if attr.HasField("g") else [*attr.graphs])]


def reads(node: "NodeProto") -> list[str]:
    """The tensors that a node reads, those that its subgraphs take from outside included."""
    captured = {name: None for graph in subgraphs(node) for name in _captured(graph)} if node.attribute else {}
    return [name for name in (*node.input, *captured) if name]


def _captured(graph: "GraphProto") -> Iterator[str]:
    own = {item.name for item in (*graph.input, *graph.initializer)} | {name for node in graph.node for name in node.output}
    for name in (*(name for node in graph.node for name in reads(node)), *(info.name for info in graph.output)):
        if name not in own:
            yield name


def ordered(graph: "GraphProto", ready: set[str]) -> list[tuple[int, "NodeProto"]]:
    """The nodes with their places in the file, each after what it reads; those in order already keep their order.

    Raises `GraphError` for a tensor that is made twice, one that nothing makes, and a cycle.
    """
    nodes = list(graph.node)
    makers = _makers(nodes, ready)
    needs = [_needed(i, node, makers, ready) for i, node in enumerate(nodes)]
    waiting: dict[int, list[int]] = {}
    for i, makers_of in enumerate(needs):
        for maker in makers_of:
            waiting.setdefault(maker, []).append(i)
    open_needs = [len(makers_of) for makers_of in needs]
    free = [i for i, count in enumerate(open_needs) if not count]
    done: list[int] = []
    while free:
        i = heappop(free)
        done.append(i)
        for user in waiting.get(i, ()):
            open_needs[user] -= 1
            if not open_needs[user]:
                heappush(free, user)
    if len(done) < len(nodes):
        raise GraphError(f"the nodes form a cycle: {_cycle(nodes, needs, set(done))}")
    return [(i, nodes[i]) for i in done]


def _makers(nodes: Sequence["NodeProto"], ready: set[str]) -> dict[str, int]:
    makers: dict[str, int] = {}
    for i, node in enumerate(nodes):
        for name in node.output:
            if name and (name in makers or name in ready):
                raise GraphError(f"the tensor {quoted(name)} is made twice, the second time by {shown(i, node)}")
            makers[name] = i
    return makers


def _needed(i: int, node: "NodeProto", makers: Mapping[str, int], ready: set[str]) -> set[int]:
    found = set()
    for name in reads(node):
        if name in makers:
            found.add(makers[name])
        elif name not in ready:
            raise GraphError(f"{shown(i, node)} reads {quoted(name)}, which is no input, no initializer and made by no node")
    return found


def _cycle(nodes: Sequence["NodeProto"], needs: Sequence[set[int]], done: set[int]) -> str:
    """One cycle among the nodes that could not be placed: follow unplaced needs until a node comes again."""
    path: dict[int, None] = {}
    at = next(i for i in range(len(nodes)) if i not in done)
    while at not in path:
        path[at] = None
        at = min(need for need in needs[at] if need not in done)
    visited = list(path)
    loop = [shown(i, nodes[i]) for i in visited[visited.index(at) :]]
    return " <- ".join([*loop[:6], *(["..."] if len(loop) > 6 else []), loop[0]])


def shown(i: int, node: "NodeProto") -> str:
    """How messages name a node: ``node 12 'Conv_12' (Conv)``."""
    return f"node {i} {quoted(node.name or next(iter(node.output), ''))} ({plain(node.op_type)})"
