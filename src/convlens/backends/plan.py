"""What every backend needs to know of a graph before it runs: whose weights a node uses, and when a tensor is done with."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from convlens.ir.errors import UsageError, nearest
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.op import Inputs, Op, Shapes
from convlens.ir.spec import Shape, TensorSpec, show_shape
from convlens.passes.facts import Facts, facts

T = TypeVar("T")

Key = tuple[str, str]
"""A weight: the node that owns it, and its name there. A `constant` holds its tensor as ``value``."""

Apply = Callable[[Node, Sequence[T], Mapping[str, T]], Sequence[T]]
"""Run one node on its inputs and its weights."""


class Step(NamedTuple):
    """One node, the owner of each of its weights, and the tensors that nothing reads after it."""

    node: Node
    weights: Mapping[str, Key]
    done: tuple[Ref, ...]


def steps_of(graph: Graph) -> list[Step]:
    """The nodes in order. Raises the graph's own error where its shapes break."""
    known = checked(graph)
    last = {ref: node.name for node in graph for ref in node.inputs}
    kept = set(graph.outputs)
    steps, owners = [], dict[Key, Key]()
    for node in graph:
        keys = {name: (node.name, name) for name in weights_of_node(node, known)}
        ties = {tie.param: (tie.owner, tie.owner_param) for tie in node.ties}
        owners |= {keys[name]: owners.get(ties.get(name, key), ties.get(name, key)) for name, key in keys.items()}
        ports = (Ref(node.name, port) for port in range(len(known.nodes[node.name].outputs)))
        done = [ref for ref in (*dict.fromkeys(node.inputs), *ports) if last.get(ref, node.name) == node.name and ref not in kept]
        steps.append(Step(node, {name: owners[key] for name, key in keys.items()}, tuple(done)))
    return steps


def weights_of_node(node: Node, known: Facts) -> Shapes:
    """All tensors that a node reads beside its inputs, shared ones too, by name."""
    op, found = node.op, known.nodes[node.name]
    if op.name == "constant":
        return {"value": found.outputs[0].dims}
    return {**op.params(found.inputs), **op.buffers(found.inputs)}


def checked(graph: Graph) -> Facts:
    """The graph's facts, or the error of the node that cannot take its inputs."""
    known = facts(graph)
    if known.error is not None:
        raise known.error
    return known


def resized(graph: Graph, shapes: Mapping[str, Shape]) -> Graph:
    """The graph for inputs of these shapes. Raises `UsageError` where an input is missing or unknown."""
    names = [item.name for item in graph.inputs]
    for name in shapes:
        if name not in names:
            raise UsageError(f"the network has no input {name!r}{nearest(name, names)}; it has: {', '.join(names) or 'none'}")
    missing = [name for name in names if name not in shapes]
    if missing:
        raise UsageError(f"the network's input {missing[0]!r} is not given; its inputs are: {', '.join(names)}")
    return graph.with_inputs(tuple(TensorSpec(tuple(shapes[item.name]), item.spec.dtype) for item in graph.inputs))


def constants_of(graph: Graph) -> dict[Key, Any]:
    """The arrays that the graph holds itself."""
    return {(node.name, "value"): node.value for node in graph if node.value is not None}


def check_weights(steps: Sequence[Step], known: Facts, given: Mapping[Key, Shape]) -> None:
    """Every weight must be there in the shape that the graph needs; `UsageError` names the first that is not."""
    for step in steps:
        for name, shape in weights_of_node(step.node, known).items():
            owner = step.weights[name]
            if owner not in given:
                raise UsageError(
                    f"{step.node.op.name} {step.node.name!r} needs its {name}, a tensor of {show_shape(shape)}, "
                    f"under the key {owner!r}"
                )
            if tuple(given[owner]) != tuple(shape):
                raise UsageError(
                    f"{step.node.op.name} {step.node.name!r}: its {name} is {show_shape(tuple(given[owner]))}, "
                    f"but its input needs {show_shape(shape)}"
                )


def walk(
    steps: Sequence[Step], outputs: Sequence[Ref], inputs: Mapping[str, T], weights: Mapping[Key, T], apply: Apply[T],
    *, keep_all: bool = False,
) -> dict[Ref, T]:  # fmt: skip
    """Run the steps and return the tensors ``outputs``, or all of them; the others are let go after their last use."""
    values: dict[Ref, Any] = {Ref(name): value for name, value in inputs.items()}
    for step in steps:
        own = {name: weights[key] for name, key in step.weights.items()}
        made = apply(step.node, [values[ref] for ref in step.node.inputs], own)
        values.update({Ref(step.node.name, port): value for port, value in enumerate(made)})
        if not keep_all:
            for ref in step.done:
                values.pop(ref, None)
    return values if keep_all else {ref: values[ref] for ref in outputs}


@lru_cache(maxsize=8192)
def given_weights(op: Op, xs: Inputs) -> tuple[str, ...]:
    """The names of the weights that arrive as the last inputs; empty where the node holds them itself, or has none.

    They come in the order in which PyTorch's function takes them.
    """
    for count in range(op.arity[0], len(xs)):
        names = [*op.params(xs[:count]), *op.buffers(xs[:count])]
        if len(names) == len(xs) - count and not (op.params(xs) or op.buffers(xs)):
            order = [arg.ours for spelling in op.spellings if spelling.framework == "torch" for arg in spelling.roles("weight")]
            return tuple(sorted(names, key=lambda name: order.index(name) if name in order else len(order)))
    return ()
