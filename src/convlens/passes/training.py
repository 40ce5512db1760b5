"""What one training step costs: MACs of forward and backward, and the bytes that stay in memory until backward."""

from collections.abc import Mapping
from typing import NamedTuple

from convlens.ir.backward import Saved, Wanted
from convlens.ir.graph import Graph, Node, Ref
from convlens.passes.facts import Facts, NodeFacts
from convlens.passes.storage import storages


class Training(NamedTuple):
    """One training step of a node.

    ``macs`` are those of forward, of the gradient by its weights and of the gradients by its inputs, each only where
    something needs it: none by the input of the first layer; None where the operator cannot tell.
    ``saved_bytes`` are what this node is the first to keep for backward: memory that several nodes keep is counted once,
    parameters and buffers never.
    """

    macs: int | None
    saved_bytes: int


def training(graph: Graph, facts: Facts) -> Mapping[str, Training]:
    """Training facts of every node that has facts, for the parameters that are not frozen."""
    nodes = [node for node in graph if node.name in facts.nodes]
    trained = _trained(nodes, facts)
    memory = storages(graph, facts)
    kept: set[int] = set()
    found = {}
    for node in nodes:
        known = facts.nodes[node.name]
        if node.name not in trained:
            found[node.name] = Training(known.macs, 0)
            continue
        wanted = _wanted(node, known, trained)
        saved = node.op.saved(known.inputs, wanted)
        copied = known.inputs[0].bytes if node.in_place and 0 in saved.inputs else 0
        new = {id(memory[ref]): memory[ref].size for ref in _kept(node, saved) if id(memory[ref]) not in kept}
        kept.update(new)
        found[node.name] = Training(_macs(node, known, wanted), saved.made + saved.drawn + copied + sum(new.values()))
    return found


def _kept(node: Node, saved: Saved) -> list[Ref]:
    """The tensors that are kept as they are."""
    inputs = [node.inputs[at] for at in saved.inputs if at or not node.in_place]
    return inputs + [Ref(node.name, port) for port in saved.outputs]


def _macs(node: Node, known: NodeFacts, wanted: Wanted) -> int | None:
    gradients = node.op.gradient_macs(known.inputs, wanted)
    return None if known.macs is None or gradients is None else known.macs + gradients


def _trained(nodes: list[Node], facts: Facts) -> frozenset[str]:
    """The nodes that a gradient flows through: their own weights, or something before them, is trained."""
    found: set[str] = set()
    for node in nodes:
        known = facts.nodes[node.name]
        if any(spec.floating for spec in known.outputs) and (
            _trains_weights(node, known) or any(_in(found, node, known, at) for at in range(len(node.inputs)))
        ):
            found.add(node.name)
    return frozenset(found)


def _in(trained: set[str] | frozenset[str], node: Node, known: NodeFacts, at: int) -> bool:
    """Does a gradient flow to this input? Never to whole numbers."""
    return node.inputs[at].node in trained and known.inputs[at].floating


def _trains_weights(node: Node, known: NodeFacts) -> bool:
    """Does the node have parameters that are trained, those that it shares included?"""
    return any(name not in node.frozen for name in node.op.params(known.inputs))


def _wanted(node: Node, known: NodeFacts, trained: frozenset[str]) -> Wanted:
    inputs = frozenset(at for at in range(len(node.inputs)) if _in(trained, node, known, at))
    return Wanted(inputs, _trains_weights(node, known), node.in_place)


def total_macs(found: Mapping[str, Training]) -> int | None:
    """MACs of the whole step, or None where one node's are unknown."""
    macs = [one.macs for one in found.values()]
    return None if None in macs else sum(m or 0 for m in macs)


def total_saved(found: Mapping[str, Training]) -> int:
    """Bytes that are in memory when backward begins."""
    return sum(one.saved_bytes for one in found.values())
