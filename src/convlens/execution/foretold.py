"""The shapes that convlens foretells for what a run is to give."""

from convlens.backends.plan import checked
from convlens.ir.errors import ConvlensError
from convlens.ir.graph import Graph
from convlens.ir.spec import Shape


def foretold(graph: Graph | None, node: str, count: int) -> list[Shape | None]:
    """One for each of the ``count`` tensors that the network gives, or that its ``node`` gives where one is named.

    None stands for each where the graph does not tell them: its shapes depend on values, or the run gives another number of
    tensors than the graph has.

    >>> from convlens.ir.text import parse
    >>> net = parse("input x: 1x3x8x8\\nc = conv(x, out=4, kernel=3x3)\\nr = flatten(c)\\noutput r")
    >>> foretold(net, "", 1), foretold(net, "c", 1), foretold(net, "c", 2)
    ([(1, 144)], [(1, 4, 6, 6)], [None, None])
    """
    found = _found(graph, node) if graph is not None else []
    return list(found) if len(found) == count else [None] * count


def _found(graph: Graph, node: str) -> list[Shape]:
    try:
        known = checked(graph).nodes
    except ConvlensError:
        return []
    if node:
        return [spec.dims for spec in known[node].outputs] if node in known else []
    inputs = {item.name: item.spec.dims for item in graph.inputs}
    return [known[ref.node].outputs[ref.port].dims if ref.node in known else inputs[ref.node] for ref in graph.outputs]
