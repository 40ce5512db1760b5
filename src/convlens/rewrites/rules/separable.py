"""Dense convolution -> depthwise + pointwise.

For each input channel c the weights ``W[:, c]`` are a matrix of ``out`` rows and ``prod(kernel)`` columns. A depthwise
convolution with r kernels for each channel, and a 1x1 convolution behind it, can be every W whose matrices all have rank
r at most: ``W[o, c] = sum over j of P[o, c, j] * D[c, j]``. With a smaller r the first r singular values of each matrix
give the W that is nearest in the sum of squares (Eckart and Young). MACs become ``r / out + r / prod(kernel)`` of what
they were. Source: Chollet, arXiv:1610.02357v3; Jaderberg et al., arXiv:1405.3866v1.
"""

from collections.abc import Mapping
from math import prod, sqrt
from typing import Any

from convlens.backends.plan import Key
from convlens.ir.edit import Change, changed, made, with_settings
from convlens.ir.errors import UsageError
from convlens.ir.graph import Graph, Node, Ref
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.ops.conv import Conv
from convlens.rewrites.movable import not_movable
from convlens.rewrites.place import Place, possible

TITLE = marked("a dense convolution becomes a depthwise one and a pointwise one")
OPTIONS = ("rank",)
NEGLIGIBLE = 1e-12
"""Singular values below this part of the largest are rounding."""


def applies(graph: Graph) -> list[Place]:
    return [Place(node.name, _why_not(graph, node)) for node in graph if node.op.name == "conv"]


def _why_not(graph: Graph, node: Node) -> Remark | None:
    settings = node.op.settings()
    if settings["groups"] > 1:
        return remark(marked("it has {groups} groups: it is not dense"), groups=settings["groups"])
    if prod(settings["kernel"]) == 1:
        return remark(marked("it is pointwise already"))
    return not_movable(graph, node)


def rewrite(graph: Graph, weights: Mapping[Key, Any], rank: int = 1) -> tuple[Graph, dict[Key, Any]]:
    changes, new = dict[str, Change](), dict(weights)
    for name in possible(applies(graph)):
        node, op = graph[name], graph[name].op
        weight = new.pop((name, "weight"))
        kept, channels = _checked(rank, weight), weight.shape[1]
        deep = made(node, with_settings(op, out=channels * kept, groups=channels, bias=False), node.inputs, "depthwise")
        across = made(node, Conv(out=len(weight), kernel=(1,) * op.axes, bias=op.settings()["bias"]), (Ref(deep.name),))
        changes[name] = Change((deep, across), Ref(name))
        new[deep.name, "weight"], new[name, "weight"] = _factors(weight, kept)
    return changed(graph, changes), new


def _checked(rank: int, weight: Any) -> int:
    most: int = min(len(weight), prod(weight.shape[2:]))
    if rank < 1:
        raise UsageError(f"rank {rank} leaves no kernel\n  fix: a rank from 1 to {most}")
    return min(rank, most)


def _matrices(weight: Any) -> Any:
    """(C, out, taps)."""
    return weight.flatten(2).transpose(0, 1)


def _factors(weight: Any, rank: int) -> tuple[Any, Any]:
    """Depthwise and pointwise weights, from the first ``rank`` singular values of each channel's matrix."""
    rows, values, columns = _decomposed(weight)
    deep = columns[:, :rank].reshape(-1, 1, *weight.shape[2:])
    across = (rows[:, :, :rank] * values[:, None, :rank]).permute(1, 0, 2).flatten(1)
    return deep.clone(), across.reshape(*across.shape, *(1,) * (weight.dim() - 2)).clone()


def _decomposed(weight: Any) -> Any:
    import torch  # noqa: PLC0415 - the list of rewrites needs no framework

    return torch.linalg.svd(_matrices(weight), full_matrices=False)


def notes(graph: Graph, weights: Mapping[Key, Any], rank: int = 1) -> list[Remark]:
    """The rank at which it is exact, and the error at the rank that is asked for."""
    found = []
    for name in possible(applies(graph)):
        values = _decomposed(weights[name, "weight"])[1]
        exact = max(int((values > NEGLIGIBLE * values.max()).sum(1).max()), 1)
        kept = _checked(rank, weights[name, "weight"])
        lost = sqrt(float(values[:, kept:].square().sum() / values.square().sum())) if exact > kept else 0.0
        found.append(
            remark(
                marked("{node}: exact with {exact} kernels for each input channel; with {rank} the weights are off by {lost} %"),
                node=name, exact=exact, rank=kept, lost=f"{100 * lost:.3g}",
            )
        )  # fmt: skip
    return found
