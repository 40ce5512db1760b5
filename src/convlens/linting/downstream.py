"""What lies ahead of a node on its ways to the outputs."""

from collections.abc import Iterable

from convlens.linting.network import Network


def nearest_ahead(net: Network, wanted: Iterable[str], stop: frozenset[str]) -> dict[str, str]:
    """For every node, a ``wanted`` node that reads it, or reads what comes of it.

    A way ends at a node whose operator is in ``stop``. Of several the one that is nearest to the output in the order of the
    network.

    >>> from convlens.ir.text import parse
    >>> net = Network(parse("input x: 1x3x8x8\\na = relu(x)\\nb = batch_norm(a)\\nc = relu(b)\\noutput c"))
    >>> nearest_ahead(net, ["b"], frozenset())
    {'a': 'b', 'x': 'b'}
    """
    goals = set(wanted)
    order = {node.name: i for i, node in enumerate(net.nodes)}
    ahead: dict[str, str] = {}
    for node in reversed(net.nodes):
        seen = ahead.get(node.name) if node.op.name not in stop else None
        found = seen or (node.name if node.name in goals else None)
        if found is None:
            continue
        for ref in node.inputs:
            known = ahead.get(ref.node)
            if known is None or order[known] < order[found]:
                ahead[ref.node] = found
    return ahead
