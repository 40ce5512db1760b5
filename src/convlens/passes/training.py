"""What one training step costs: MACs of forward and backward, and the bytes that stay in memory until backward."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from convlens.ir.backward import Saved, Wanted
from convlens.ir.graph import Graph, Node
from convlens.ir.op import Inputs, Op
from convlens.passes.facts import Facts, NodeFacts, op_facts
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
    """MACs of all the gradients that are wanted, or None, and what is saved for them."""

    gradient_macs: int | None
    saved: Saved


def training(
    graph: Graph, facts: Facts, memory: Memory | None = None, *, to_inputs: bool = False
) -> Mapping[str, Training]:
    """Training facts of every node that has facts, for the parameters that are not frozen.

    ``memory`` is what `storages` gives, where it is known already. With ``to_inputs`` the gradients by the network's inputs
    are wanted as well, as of layers in the middle of a network.
    """
    memory = memory or storages(graph, facts)
    trained = {item.name for item in graph.inputs} if to_inputs else set()
    kept: set[Storage] = set()
    found = {}
    alike: dict[Any, Step | None] = {}
    for node in graph:
        known = facts.nodes.get(node.name)
        if known is None:
            break
        inputs = node.inputs
        behind = (inputs[0].node in trained,) if len(inputs) == 1 else tuple([ref.node in trained for ref in inputs])
        case = (behind, _trains_weights(node, known), node.in_place)
        key = (id(known), case)  # layers that are alike share their facts
        if key not in alike:
            alike[key] = _step(node.op, known.inputs, *case)
        step = alike[key]
        if step is None:
            found[node.name] = Training(known.macs, 0)
            continue
        trained.add(node.name)
        macs = None if known.macs is None or step.gradient_macs is None else known.macs + step.gradient_macs
        found[node.name] = Training(macs, _new_bytes(node, known, step.saved, memory, kept))
    return found


@lru_cache(maxsize=8192)
def _step(op: Op, xs: Inputs, behind: tuple[bool, ...], weights: bool, in_place: bool) -> Step | None:
    """What the gradients by the weights take, and by those inputs that lie ``behind`` something trained. None where no
    gradient flows through the node at all, as through whole numbers.

    Networks repeat their layers, so each distinct one is worked out once.
    """
    inputs = frozenset(at for at, x in enumerate(xs) if behind[at] and x.floating)
    if not (inputs or weights) or not any(spec.floating for spec in op_facts(op, xs).outputs):
        return None
    wanted = Wanted(inputs, weights, in_place)
    return Step(op.gradient_macs(xs, wanted), op.saved(xs, wanted))


def _trains_weights(node: Node, known: NodeFacts) -> bool:
    """Does the node have parameters that are trained, those that it shares included?"""
    if not node.frozen and not node.ties:
        return bool(known.param_shapes)
    return any(name not in node.frozen for name in (*known.param_shapes, *(tie.param for tie in node.ties)))


def _new_bytes(node: Node, known: NodeFacts, saved: Saved, memory: Memory, kept: set[Storage]) -> int:
    """What no earlier node keeps. An input that the node writes over is kept as a copy."""
    total = saved.made + saved.drawn
    for at in saved.inputs:
        if at or not node.in_place:
            total += _first(memory[node.inputs[at]], kept)
        else:
            total += known.inputs[0].bytes
    for port in saved.outputs:
        total += _first(memory[node.name, port], kept)
    return total


def _first(storage: Storage, kept: set[Storage]) -> int:
    """Its bytes where nobody keeps it yet."""
    if storage in kept:
        return 0
    kept.add(storage)
    return storage.size


def total_macs(found: Mapping[str, Training]) -> int | None:
    """MACs of the whole step, or None where one node's are unknown."""
    macs = [one.macs for one in found.values()]
    return None if None in macs else sum(m or 0 for m in macs)


def total_saved(found: Mapping[str, Training]) -> int:
    """Bytes that are in memory when backward begins."""
    return sum([one.saved_bytes for one in found.values()])
