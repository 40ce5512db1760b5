"""How much memory do the activations of a plain inference take, all together and at once?"""

from collections.abc import Mapping
from typing import NamedTuple

from convlens.ir.backward import Wanted
from convlens.ir.graph import Graph
from convlens.ir.op import Inputs, Op
from convlens.passes.facts import Facts
from convlens.passes.storage import Memory, storages

_EVALUATION = Wanted(frozenset(), weights=False)


class Activations(NamedTuple):
    """Bytes of all memory that the nodes take, and the most that is taken at once, network inputs included.

    The peak holds for running the nodes in their order, each piece of memory freed when nothing needs it any more. What a
    kernel makes beside its output, as the indices of a max pooling, is there while it runs; other workspace is not counted.
    """

    total_bytes: int
    peak_bytes: int
    peak_node: str


class Live(NamedTuple):
    """Bytes of all memory that the nodes take, of the network's inputs, and those that are there while each node runs."""

    total_bytes: int
    given_bytes: int
    at: Mapping[str, int]


def live(graph: Graph, facts: Facts, memory: Memory | None = None) -> Live:
    """The activation memory of one inference, step by step; ``memory`` is what `storages` gives, where it is known already."""
    steps = [(node, facts.nodes[node.name]) for node in graph.nodes if node.name in facts.nodes]
    made, freed = [0] * (len(steps) + 1), [0] * (len(steps) + 1)
    total = 0
    for storage in set((memory or storages(graph, facts)).values()):
        size = storage.size
        freed[storage.last] += size
        if storage.made >= 0:
            made[storage.made] += size
            total += size
    given = now = sum(item.spec.bytes for item in graph.inputs)
    at = {}
    for step, (node, known) in enumerate(steps):
        beside = known.derived.get(_made_beside)
        if beside is None:
            beside = known.derived[_made_beside] = _made_beside(node.op, known.inputs)
        now += made[step]
        at[node.name] = now + beside
        now -= freed[step]
    return Live(total, given, at)


def activations(graph: Graph, facts: Facts, memory: Memory | None = None) -> Activations:
    """Activation memory of one inference; ``memory`` is what `storages` gives, where it is known already."""
    return peak(live(graph, facts, memory))


def peak(memory: Live) -> Activations:
    """The most memory at once, and the first node at which it is taken: "" where the inputs alone take as much."""
    node = max(memory.at, key=memory.at.__getitem__, default="")
    if not node or memory.at[node] <= memory.given_bytes:
        return Activations(memory.total_bytes, memory.given_bytes, "")
    return Activations(memory.total_bytes, memory.at[node], node)


def _made_beside(op: Op, xs: Inputs) -> int:
    """Bytes that the kernel makes beside its output, whether or not backward will need them."""
    return op.saved(xs, _EVALUATION).made
