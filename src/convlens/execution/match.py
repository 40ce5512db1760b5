"""Put the tensors of a checkpoint where a network needs them, or say at once everything that does not fit."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from convlens.backends.plan import Key, checked, weights_of_node
from convlens.backends.torch.weights import paths_of
from convlens.ir.errors import UsageError, cut
from convlens.ir.graph import Graph
from convlens.ir.spec import Shape, show_shape

SHOWN = 20
COUNTER = "num_batches_tracked"
"""A counter of PyTorch's batch normalisation that no result depends on."""


class Place(NamedTuple):
    """A weight that is needed: where it goes, and under which names it may be found, the surest first."""

    key: Key
    names: tuple[str, ...]
    shape: Shape


def weights_for(graph: Graph, state: Mapping[str, Tensor], origin: str) -> dict[Key, Tensor]:
    """The weights of every node. Raises `UsageError` that lists all that is missing, unexpected or of another shape."""
    places, shared = _places(graph)
    found = {place: next((name for name in place.names if name in state), None) for place in places}
    used = {name for name in found.values() if name is not None} | shared
    missing = [f"{place.names[0]} {show_shape(place.shape)}" for place, name in found.items() if name is None]
    wrong = [
        _misfit(name, state[name], place.shape)
        for place, name in found.items()
        if name is not None and tuple(state[name].shape) != place.shape
    ]
    check(origin, graph.name, missing, _named({name: x for name, x in state.items() if name not in used}), wrong)
    return {place.key: state[name] for place, name in found.items() if name is not None}


def load_into(module: torch.nn.Module, state: Mapping[str, Tensor], origin: str) -> None:
    """Give a module of the user's own its weights, under the same check."""
    own = module.state_dict()
    missing = _named({name: x for name, x in own.items() if name not in state})
    wrong = [
        _misfit(name, state[name], tuple(x.shape)) for name, x in own.items() if name in state and state[name].shape != x.shape
    ]
    check(origin, type(module).__name__, missing, _named({name: x for name, x in state.items() if name not in own}), wrong)
    module.load_state_dict(dict(state), strict=False)


def check(origin: str, network: str, missing: Sequence[str], unexpected: Sequence[str], wrong: Sequence[str]) -> None:
    """`UsageError` where any of the three is not empty."""
    lists = (("missing", missing), ("unexpected", unexpected), ("of another shape", wrong))
    if any(names for _, names in lists):
        text = [line for what, names in lists if names for line in _listed(what, names)]
        raise UsageError("\n".join([f"{origin} does not hold the weights of {network}", *text]))


def _listed(what: str, names: Sequence[str]) -> Iterable[str]:
    yield f"  {what}, {len(names)}:"
    yield from (f"    {cut(name)}" for name in names[:SHOWN])
    if len(names) > SHOWN:
        yield f"    and {len(names) - SHOWN} more"


def _places(graph: Graph) -> tuple[list[Place], set[str]]:
    """The weights that are needed, and the further names of those that several nodes share."""
    known = checked(graph)
    places: list[Place] = []
    shared: set[str] = set()
    alone = sum(1 for node in graph if weights_of_node(node, known)) == 1
    for node in graph:
        tied = {tie.param for tie in node.ties}
        for name, shape in weights_of_node(node, known).items():
            names = (*paths_of(node, name), *([name] if alone else []))
            if name in tied:
                shared |= set(names)
            elif node.value is None:
                places.append(Place((node.name, name), names, tuple(shape)))
    return places, shared


def _misfit(name: str, there: Tensor, needed: Shape) -> str:
    return f"{name} is {show_shape(tuple(there.shape))}, needed is {show_shape(needed)}"


def _named(state: Mapping[str, Tensor]) -> list[str]:
    return [f"{name} {show_shape(tuple(x.shape))}" for name, x in state.items() if not name.endswith(COUNTER)]
