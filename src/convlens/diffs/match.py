"""Which layer of one network is which layer of another?

Layers are compared by what they are and how they are connected; a name only helps where several are alike. So a renamed
module is the same layer, and an inserted one does not shift all others.
"""

from collections.abc import Mapping

from convlens.diffs.align import aligned
from convlens.ir.graph import Graph, Node

SAME, SAME_KIND, SAME_NAME, SAME_LEAF = 8, 2, 4, 1
"""What speaks for a pair: the same operator with the same settings, the same operator, the same name, the same last part of
it. A pair of different operators counts only by its name, as where an activation is exchanged."""


def matched(old: Graph, new: Graph) -> Mapping[str, str]:
    """The name in ``new`` of every node of ``old`` that is still there.

    >>> from convlens.ir.text import parse
    >>> old = parse("input x: 1x3x8x8\\nc1 = conv(x, out=4, kernel=3x3)\\nr1 = relu(c1)\\noutput r1")
    >>> new = parse("input x: 1x3x8x8\\nstem = conv(x, out=4, kernel=3x3)\\nb = batch_norm(stem)\\nr1 = relu(b)\\noutput r1")
    >>> matched(old, new)
    {'c1': 'stem', 'r1': 'r1'}
    """
    pairs = {a.name: b.name for a, b in aligned(old.nodes, new.nodes, likeness)}
    _add_by_neighbours(old, new, pairs)
    return {node.name: pairs[node.name] for node in old if node.name in pairs}


def likeness(a: Node, b: Node) -> int:
    """How much speaks for these two being the same layer; 0 where nothing does."""
    by_name = SAME_NAME if a.name == b.name else SAME_LEAF * (_leaf(a) == _leaf(b))
    if a.op == b.op:
        return SAME + by_name
    if a.op.name == b.op.name:
        return SAME_KIND + by_name
    return SAME_NAME * (a.name == b.name)


def _leaf(node: Node) -> str:
    return node.name.rpartition(".")[2]


def _add_by_neighbours(old: Graph, new: Graph, pairs: dict[str, str]) -> None:
    """Pair what is left over on both sides and reads the same: branches in another order, one operator in the place of
    another. One walk in the order of the network, so that a pair leads to the next.
    """
    taken = set(pairs.values())
    left: dict[tuple[str, ...], list[Node]] = {}
    for node in new:
        if node.name not in taken:
            left.setdefault(tuple(ref.node for ref in node.inputs), []).append(node)
    for node in old:
        if node.name not in pairs:
            readers = left.get(tuple(pairs.get(ref.node, ref.node) for ref in node.inputs), [])
            found = max(readers, key=lambda other: likeness(node, other), default=None)
            if found is not None and (node.op.name == found.op.name or _same_users(old, new, node, found, pairs)):
                readers.remove(found)
                pairs[node.name] = found.name


def _same_users(old: Graph, new: Graph, a: Node, b: Node, pairs: dict[str, str]) -> bool:
    return [pairs.get(user.name) for user in old.users(a.name)] == [user.name for user in new.users(b.name)]
