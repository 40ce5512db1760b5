"""What one training step costs: MACs of forward and backward, and the bytes that stay in memory until backward."""

from collections.abc import Mapping
from typing import NamedTuple

from convlens.ir.backward import Saved, Wanted
from convlens.ir.graph import Graph, Node
from convlens.passes.facts import Facts, NodeFacts
from convlens.passes.storage import Memory, Storage, storages


class Training(NamedTuple):
    """One training step of a node.

    ``macs`` are those of forward, of the gradient by its weights and of the gradients by its inputs, each only where
    something needs it: none by the input of the first layer; None where the operator cannot tell.
    ``saved_bytes`` are what this node is the first to keep for backward: memory that several nodes keep is counted once,
    parameters and buffers never.
    """

    macs: int | None
    saved_bytes: int


class Step(NamedTuple):
    """MACs of forward and of all the gradients that are wanted, or None, and what is saved for them."""

    macs: int | None
    saved: Saved


def training(graph: Graph, facts: Facts, memory: Memory | None = None, *, to_inputs: bool = False) -> Mapping[str, Training]:
    """Training facts of every node that has facts, for the parameters that are not frozen.

    ``memory`` is what `storages` gives, where it is known already. With ``to_inputs`` the gradients by the network's inputs
    are wanted as well, as of layers in the middle of a network.
    """
    memory = memory or storages(graph, facts)
    trained = {item.name for item in graph.inputs} if to_inputs else set()
    kept: set[Storage] = set()
    found = {}
    nodes = facts.nodes
    for node in graph.nodes:
        name = node.name
        known = nodes.get(name)
        if known is None:
            break
        inputs = node.inputs
        behind = (inputs[0].node in trained,) if len(inputs) == 1 else tuple([ref.node in trained for ref in inputs])
        case = (
            (behind, node.in_place)
            if not node.frozen and not node.ties
            else (behind, node.in_place, _trains_weights(node, known))
        )
        try:
            step = known.derived[case]
        except KeyError:
            step = known.derived[case] = _step(node, known, behind)
        if step is None:
            found[name] = Training(known.macs, 0)
            continue
        trained.add(name)
        found[name] = _training(Training, (step.macs, _new_bytes(node, known, step.saved, memory, kept)))
    return found


_training = tuple.__new__
"""What the constructor of a `NamedTuple` calls, without its own time."""


def _step(node: Node, known: NodeFacts, behind: tuple[bool, ...]) -> Step | None:
    """What the gradients by the weights take, and by those inputs that lie ``behind`` something trained. None where no
    gradient flows through the node at all, as through whole numbers.
    """
    xs = known.inputs
    weights = _trains_weights(node, known)
    inputs = frozenset(at for at, x in enumerate(xs) if behind[at] and x.floating)
    if not (inputs or weights) or not any(spec.floating for spec in known.outputs):
        return None
    wanted = Wanted(inputs, weights, node.in_place)
    gradient = node.op.gradient_macs(xs, wanted)
    return Step(None if known.macs is None or gradient is None else known.macs + gradient, node.op.saved(xs, wanted))


def _trains_weights(node: Node, known: NodeFacts) -> bool:
    """Does the node have parameters that are trained, those that it shares included?"""
    if not node.frozen and not node.ties:
        return bool(known.param_shapes)
    return any(name not in node.frozen for name in (*known.param_shapes, *(tie.param for tie in node.ties)))


def _new_bytes(node: Node, known: NodeFacts, saved: Saved, memory: Memory, kept: set[Storage]) -> int:
    """What no earlier node keeps. An input that the node writes over is kept as a copy."""
    total = saved.made + saved.drawn
    for at in saved.inputs:
        if at == 0 and node.in_place:
            total += known.inputs[0].bytes
            continue
        storage = memory[node.inputs[at]]
        if storage not in kept:
            kept.add(storage)
            total += storage.size
    for port in saved.outputs:
        storage = memory[node.name, port]
        if storage not in kept:
            kept.add(storage)
            total += storage.size
    return total


def total_macs(found: Mapping[str, Training]) -> int | None:
    """MACs of the whole step, or None where one node's are unknown."""
    macs = [one.macs for one in found.values()]
    return None if None in macs else sum(m or 0 for m in macs)


def total_saved(found: Mapping[str, Training]) -> int:
    """Bytes that are in memory when backward begins."""
    return sum([one.saved_bytes for one in found.values()])
