"""How much memory do the activations of a plain inference take, all together and at once?"""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from convlens.ir.backward import Wanted
from convlens.ir.graph import Graph, Ref
from convlens.ir.op import Inputs, Op
from convlens.passes.facts import Facts
from convlens.passes.storage import Storage, storages

_EVALUATION = Wanted(frozenset(), weights=False)


class Activations(NamedTuple):
    """Bytes of all memory that the nodes take, and the most that is taken at once, network inputs included.

    The peak holds for running the nodes in their order, each piece of memory freed when nothing needs it any more. What a
    kernel makes beside its output, as the indices of a max pooling, is there while it runs; other workspace is not counted.
    """

    total_bytes: int
    peak_bytes: int
    peak_node: str


def activations(graph: Graph, facts: Facts, memory: Mapping[Ref, Storage] | None = None) -> Activations:
    """Activation memory of one inference; ``memory`` is what `storages` gives, where it is known already."""
    nodes = [node for node in graph if node.name in facts.nodes]
    steps = [node.name for node in nodes]
    beside = [_made_beside(node.op, facts.nodes[node.name].inputs) for node in nodes]
    given = sum(item.spec.bytes for item in graph.inputs)
    made, freed = [0] * (len(steps) + 1), [0] * (len(steps) + 1)
    total = 0
    for storage in dict.fromkeys((memory or storages(graph, facts)).values()):
        freed[storage.last] += storage.size
        if storage.made >= 0:
            made[storage.made] += storage.size
            total += storage.size
    now = peak = given
    peak_node = ""
    for at, name in enumerate(steps):
        now += made[at]
        if now + beside[at] > peak:
            peak, peak_node = now + beside[at], name
        now -= freed[at]
    return Activations(total, peak, peak_node)


@lru_cache(maxsize=8192)
def _made_beside(op: Op, xs: Inputs) -> int:
    """Bytes that the kernel makes beside its output, whether or not backward will need them."""
    return op.saved(xs, _EVALUATION).made
