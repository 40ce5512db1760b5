"""Which tensors share a piece of memory, and from which step to which step is it needed?"""

from collections.abc import Mapping

from convlens.ir.graph import Graph, Ref
from convlens.passes.facts import Facts


class Storage:
    """Memory of one or several tensors: made by step ``made`` (-1: before the first), needed until step ``last``."""

    __slots__ = ("last", "made", "size")

    def __init__(self, size: int, made: int) -> None:
        self.size = size
        self.made = made
        self.last = made


def storages(graph: Graph, facts: Facts) -> Mapping[Ref, Storage]:
    """The memory behind each tensor; its steps are the nodes that have facts, in order.

    A view, and what is computed in place, has the memory of its first input. A network input is there before the first
    step, an output is needed until after the last one; parameters have no memory of this kind. Where the program that
    was captured held a tensor longer than it used it (``graph.held``), the memory is needed as long.
    """
    of = {Ref(item.name): Storage(item.spec.bytes, -1) for item in graph.inputs}
    steps = [node for node in graph if node.name in facts.nodes]
    for at, node in enumerate(steps):
        for ref in node.inputs:
            of[ref].last = at
        view = node.op.view
        shared = of[node.inputs[0]] if node.inputs and (view or node.in_place) else None
        for port, spec in enumerate(facts.nodes[node.name].outputs):
            of[Ref(node.name, port)] = shared or Storage(0 if view else spec.bytes, at)
    place = {node.name: at for at, node in enumerate(steps)}
    for ref, name in graph.held.items():
        storage, at = of.get(ref), place.get(name, -1)
        if storage is not None and storage.last < at:
            storage.last = at
    for ref in graph.outputs:
        if ref in of:
            of[ref].last = len(steps)
    return of
