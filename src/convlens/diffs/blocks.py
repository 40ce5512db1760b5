"""Layers that come or go together: a module of which every layer is new, or gone, is one line."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from convlens.ir.graph import Graph, Node


class Block(NamedTuple):
    """A whole module, or a single layer: its ``path`` is then the layer's name."""

    path: str
    nodes: tuple[Node, ...]


def blocks(graph: Graph, nodes: Sequence[Node]) -> list[Block]:
    """These nodes of a graph in their order, every module that has no others folded into one block.

    >>> from convlens.ir.text import parse
    >>> net = parse("input x: 1x3\\na = relu(x)\\nm.r = relu(a)\\nm.t = tanh(m.r)\\noutput m.t")
    >>> [(block.path, len(block.nodes)) for block in blocks(net, net.nodes[1:])]
    [('m', 2)]
    """
    total, meant = _counts(graph.nodes), _counts(nodes)
    found: dict[str, list[Node]] = {}
    for node in nodes:
        whole = (path for path in _modules(node) if meant[path] == total[path] > 1)
        found.setdefault(next(whole, node.name), []).append(node)
    return [Block(path, tuple(members)) for path, members in found.items()]


def _counts(nodes: Sequence[Node]) -> Counter[str]:
    return Counter(path for node in nodes for path in _modules(node))


def _modules(node: Node) -> Iterator[str]:
    """The modules that hold a node, from the outermost: ``layer1``, ``layer1.0`` of ``layer1.0.conv1``."""
    parts = node.path.split(".")
    yield from (".".join(parts[:length]) for length in range(1, len(parts)))
