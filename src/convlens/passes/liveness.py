"""When is each tensor made and last used? How much memory is alive at once in a plain inference?"""

from collections.abc import Iterator
from typing import NamedTuple

from convlens.ir.graph import Graph, Ref
from convlens.passes.facts import Facts


class Activations(NamedTuple):
    """Bytes of all tensors that the nodes make, and the most that is alive at once, network inputs included.

    The peak holds for running the nodes in their order, each tensor freed after its last use; a view shares the memory
    of its input, nothing is done in place, and no workspace of a kernel is counted.
    """

    total_bytes: int
    peak_bytes: int
    peak_node: str


class Storage:
    """Memory of one or several tensors: made before step ``made``, free after step ``last``."""

    __slots__ = ("last", "made", "size")

    def __init__(self, size: int, made: int) -> None:
        self.size = size
        self.made = made
        self.last = made


def activations(graph: Graph, facts: Facts) -> Activations:
    """Activation memory of one inference."""
    steps = [node.name for node in graph if node.name in facts.nodes]
    given = sum(item.spec.bytes for item in graph.inputs)
    made, freed = [0] * (len(steps) + 1), [0] * (len(steps) + 1)
    total = 0
    for storage in _storages(graph, facts):
        freed[storage.last] += storage.size
        if storage.made >= 0:
            made[storage.made] += storage.size
            total += storage.size
    now = peak = given
    peak_node = ""
    for at, name in enumerate(steps):
        now += made[at]
        if now > peak:
            peak, peak_node = now, name
        now -= freed[at]
    return Activations(total, peak, peak_node)


def _storages(graph: Graph, facts: Facts) -> Iterator[Storage]:
    """Every piece of memory; a network input is there before the first step, an output until after the last one."""
    of = {Ref(item.name): Storage(item.spec.bytes, -1) for item in graph.inputs}
    steps = [node for node in graph if node.name in facts.nodes]
    for at, node in enumerate(steps):
        for ref in node.inputs:
            of[ref].last = at
        for port, spec in enumerate(facts.nodes[node.name].outputs):
            if not node.op.view:
                of[Ref(node.name, port)] = Storage(spec.bytes, at)
            else:
                of[Ref(node.name, port)] = of[node.inputs[0]] if node.inputs else Storage(0, at)
    for ref in graph.outputs:
        if ref in of:
            of[ref].last = len(steps)
    return iter({id(storage): storage for storage in of.values()}.values())
