"""When is each tensor made and last used? How much memory is alive at once in a plain inference?"""

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


def activations(graph: Graph, facts: Facts) -> Activations:
    """Activation memory of one inference."""
    sizes = {item.name: item.spec.bytes for item in graph.inputs}
    storages: dict[Ref, tuple[str, ...]] = {Ref(item.name): (item.name,) for item in graph.inputs}
    nodes = [node for node in graph if node.name in facts.nodes]
    for node in nodes:
        outputs = facts.nodes[node.name].outputs
        for port, spec in enumerate(outputs):
            if node.op.view:
                storages[Ref(node.name, port)] = storages[node.inputs[0]] if node.inputs else ()
            else:
                key = str(Ref(node.name, port))
                sizes[key] = spec.bytes
                storages[Ref(node.name, port)] = (key,)
    return _sweep(graph, [(n.name, n.inputs, len(facts.nodes[n.name].outputs)) for n in nodes], sizes, storages)


def _sweep(
    graph: Graph,
    steps: list[tuple[str, tuple[Ref, ...], int]],
    sizes: dict[str, int],
    storages: dict[Ref, tuple[str, ...]],
) -> Activations:
    last_use: dict[str, int] = {}
    for at, (name, inputs, ports) in enumerate(steps):
        for ref in (*inputs, *(Ref(name, port) for port in range(ports))):
            last_use.update(dict.fromkeys(storages[ref], at))
    for ref in graph.outputs:
        last_use.update(dict.fromkeys(storages.get(ref, ()), len(steps)))
    ending: dict[int, list[str]] = {}
    for key, at in last_use.items():
        ending.setdefault(at, []).append(key)
    alive = {item.name for item in graph.inputs}
    now = peak = sum(sizes[key] for key in alive)
    total, peak_node = 0, ""
    for at, (name, _, ports) in enumerate(steps):
        made = {key for port in range(ports) for key in storages[Ref(name, port)]} - alive
        alive |= made
        now += sum(sizes[key] for key in made)
        total += sum(sizes[key] for key in made)
        if now > peak:
            peak, peak_node = now, name
        for key in ending.get(at, ()):
            alive.discard(key)
            now -= sizes[key]
    return Activations(total, peak, peak_node)
