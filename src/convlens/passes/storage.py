"""Which tensors share a piece of memory, and from which step to which step is it needed?"""

from collections.abc import Mapping

from convlens.ir.graph import Graph
from convlens.passes.facts import Facts


class Storage:
    """Memory of one or several tensors: made by step ``made`` (-1: before the first), needed until step ``last``."""

    __slots__ = ("last", "made", "size")

    def __init__(self, size: int, made: int) -> None:
        self.size = size
        self.made = made
        self.last = made


Memory = Mapping[tuple[str, int], Storage]
"""The memory behind each tensor, by its `Ref`, or a plain tuple of the same, which takes a third of the time to make."""


def storages(graph: Graph, facts: Facts) -> Memory:
    """The memory behind each tensor; its steps are the nodes that have facts, in order.

    A view, and what is computed in place, has the memory of its first input. A network input is there before the first
    step, an output is needed until after the last one; parameters have no memory of this kind. Where the program that
    was captured held a tensor longer than it used it (``graph.held``), the memory is needed as long.
    """
    of: dict[tuple[str, int], Storage] = {(item.name, 0): Storage(item.spec.bytes, -1) for item in graph.inputs}
    place: dict[str, int] = {}
    nodes = facts.nodes
    for node in graph.nodes:
        name = node.name
        known = nodes.get(name)
        if known is None:
            continue
        at = place[name] = len(place)
        inputs = node.inputs
        for ref in inputs:
            of[ref].last = at
        view = node.op.view
        if (view or node.in_place) and inputs:
            shared = of[inputs[0]]
            for port in range(len(known.outputs)):
                of[name, port] = shared
        else:
            for port, size in enumerate(known.output_bytes):
                of[name, port] = Storage(0 if view else size, at)
    _hold(graph, of, place)
    return of


def _hold(graph: Graph, of: Memory, place: Mapping[str, int]) -> None:
    """What the program held, and what it returned, is needed as long."""
    for ref, name in graph.held.items():
        storage, at = of.get(ref), place.get(name, -1)
        if storage is not None and storage.last < at:
            storage.last = at
    for ref in graph.outputs:
        if ref in of:
            of[ref].last = len(place)
