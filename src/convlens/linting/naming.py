"""Names for the nodes that a fix adds."""

from convlens.ir.graph import Graph


def free_part(graph: Graph, name: str, part: str) -> str:
    """``part``, or ``part2``, ``part3``..., so that no node or input of the graph is called ``name.part``.

    >>> from convlens.ir.text import parse
    >>> graph = parse("input x: 1x3x8x8\\nc = conv(x, out=4, kernel=3x3)\\nc.relu = relu(c)\\noutput c.relu")
    >>> free_part(graph, "c", "relu"), free_part(graph, "c", "pool")
    ('relu2', 'pool')
    """
    taken = {item.name for item in graph.inputs} | {node.name for node in graph}
    found, count = part, 1
    while f"{name}.{found}" in taken:
        count += 1
        found = f"{part}{count}"
    return found
