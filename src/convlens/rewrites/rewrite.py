"""The verb ``rewrite``: the same network in another form, proved by running both."""

from collections.abc import Mapping
from typing import Any

from convlens.importers import calls
from convlens.importers.model import load
from convlens.ir.errors import GraphError, UsageError
from convlens.ir.graph import Graph
from convlens.ir.spec import Shape, TensorSpec, parse_spec
from convlens.rewrites import table
from convlens.rewrites.place import possible
from convlens.rewrites.report import Choices, Rewriting


def rewrite(
    model: Any = None, *inputs: Any, name: str = "", weights: Mapping[tuple[str, str], Any] | None = None,
    rank: int | None = None, seed: int = 0,
) -> Rewriting | Choices:  # fmt: skip
    """The network or layer ``model`` by the rewrite ``name``, done at every place where it is possible.

    ``model`` and ``inputs`` are those of `convlens.summary`, or a layer as its framework writes it. ``weights`` are tensors
    by node and name; without them those of a live module are taken, else random ones for ``seed``. ``rank`` is how many
    kernels the rewrite "separable" gives each channel. Without ``name`` the rewrites are listed, and where each applies.

    Raises `UsageError` for an unknown rewrite, `GraphError` where it is possible nowhere, with the reason at each place.

    >>> done = rewrite("Linear(8, 3)", (1, 8), name="linear-to-conv")
    >>> done.after.nodes[-1].op, done.proof.equal
    (Conv(out=3, kernel=(1, 1), stride=(1, 1), padding=((0, 0), (0, 0)), dilation=(1, 1), groups=1, bias=True, \
padding_mode='zeros'), True)
    """
    if model is None:
        return Choices(None)
    graph = _read(model, inputs)
    if not name:
        return Choices(graph)
    rule = table.rule(name)
    if rank is not None and "rank" not in rule.OPTIONS:
        raise UsageError(f"the rewrite {name} has no rank\n  fix: no --rank, or --as separable")
    places = rule.applies(graph)
    if not possible(places):
        reasons = "".join(f"\n  {place.node}: {place.why_not.text()}" for place in places if place.why_not)
        raise GraphError(f"{name} is possible nowhere in {graph.name!r}" + (reasons or "\n  it has no layer of that kind"))
    return _done(rule, name, graph, _weights(model, graph, weights, seed), {} if rank is None else {"rank": rank}, seed)


def _done(rule: Any, name: str, graph: Graph, weights: Mapping[Any, Any], options: dict[str, Any], seed: int) -> Rewriting:
    from convlens.rewrites.proof import prove  # noqa: PLC0415 - a list of rewrites needs no framework

    after, new = rule.rewrite(graph, weights, **options)
    proof = prove(graph, weights, after, new, seed)
    return Rewriting(name, rule, graph, after, new, rule.notes(graph, weights, **options), proof)


def _read(model: Any, inputs: tuple[Any, ...]) -> Graph:
    if isinstance(model, str) and "(" in model:
        return calls.read(model, [_dims(item) for item in inputs])
    return load(model, inputs)


def _dims(given: Any) -> Shape:
    found = parse_spec(given) if isinstance(given, str) else given
    return found.dims if isinstance(found, TensorSpec) else tuple(found)


def _weights(model: Any, graph: Graph, weights: Mapping[Any, Any] | None, seed: int) -> dict[Any, Any]:
    """In float64, so that the difference of both is that of the rewrite."""
    from convlens.backends.torch import weights_of  # noqa: PLC0415 - a list of rewrites needs no framework
    from convlens.rewrites.proof import random_weights  # noqa: PLC0415 - needs PyTorch

    if weights is None and isinstance(model, str | Graph):
        return random_weights(graph, seed)
    found = weights_of(model, graph) if weights is None else weights
    return {key: tensor.detach().double() if tensor.is_floating_point() else tensor for key, tensor in found.items()}
