"""Conv + BatchNorm -> Conv.

In evaluation a batch normalisation is ``y = s * (x - mean) + shift`` with ``s = weight / sqrt(var + eps)`` for each
channel. Behind a convolution ``W x + b`` that is the convolution ``(s W) x + (s * (b - mean) + shift)``. Exact in
evaluation; in training the statistics are those of the batch, so nothing is to be folded before training ends.
Source: Jacob et al., arXiv:1712.05877v1, section 3.2; torch.nn.utils.fusion.
"""

from collections.abc import Mapping
from typing import Any

from convlens.backends.plan import Key, checked
from convlens.ir.edit import Change, changed, made, with_settings
from convlens.ir.graph import Graph, Node, Ref
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.passes.facts import Facts
from convlens.rewrites.movable import not_alone, not_movable
from convlens.rewrites.place import Place, possible, what

TITLE = marked("a batch normalisation behind a convolution becomes a part of its weights (for evaluation)")
OPTIONS = ()
FOLDED_INTO = ("conv", "conv_transpose", "linear")


def applies(graph: Graph) -> list[Place]:
    known = checked(graph)
    return [Place(node.name, _why_not(graph, node, known)) for node in graph if node.op.name == "batch_norm"]


def _why_not(graph: Graph, norm: Node, known: Facts) -> Remark | None:
    before = next((node for node in graph if node.name == norm.inputs[0].node), None)
    if before is None or before.op.name not in FOLDED_INTO:
        return remark(marked("before it stands {what}, not a convolution or a linear layer"), what=what(before))
    if not norm.op.settings()["tracked"]:
        return remark(marked("it has no running statistics"))
    rank = known.nodes[norm.name].inputs[0].rank
    if rank != 2 + before.op.axes:
        return remark(
            marked("its input has {rank} axes, so that its channels are not those of {node}"), rank=rank, node=before.name
        )
    return not_movable(graph, before) or not_movable(graph, norm) or not_alone(graph, before, norm)


def rewrite(graph: Graph, weights: Mapping[Key, Any]) -> tuple[Graph, dict[Key, Any]]:
    changes, new = dict[str, Change](), dict(weights)
    for name in possible(applies(graph)):
        norm = graph[name]
        conv = graph[norm.inputs[0].node]
        changes[name] = Change((), Ref(conv.name))
        changes[conv.name] = Change((made(conv, with_settings(conv.op, bias=True), conv.inputs),), Ref(conv.name))
        scale, shift = _scale_and_shift(norm, new)
        new[conv.name, "weight"] = _scaled(conv, new[conv.name, "weight"], scale)
        new[conv.name, "bias"] = new[conv.name, "bias"] * scale + shift if (conv.name, "bias") in new else shift
        for param in ("weight", "bias", "running_mean", "running_var"):
            new.pop((name, param), None)
    return changed(graph, changes), new


def notes(_graph: Graph, _weights: Mapping[Key, Any]) -> list[Remark]:
    return [remark(marked("exact in evaluation; in training the statistics are those of each batch"))]


def _scale_and_shift(norm: Node, weights: Mapping[Key, Any]) -> tuple[Any, Any]:
    scale = (weights[norm.name, "running_var"] + norm.op.settings()["eps"]) ** -0.5
    scale = scale * weights.get((norm.name, "weight"), 1)
    return scale, weights.get((norm.name, "bias"), 0) - weights[norm.name, "running_mean"] * scale


def _scaled(conv: Node, weight: Any, scale: Any) -> Any:
    """Output channels are axis 0; of a transposed convolution axis 1, in each group."""
    if conv.op.name != "conv_transpose":
        return weight * scale.reshape(-1, *(1,) * (weight.dim() - 1))
    groups = conv.op.settings()["groups"]
    by_group = weight.reshape(groups, -1, *weight.shape[1:])
    return (by_group * scale.reshape(groups, 1, -1, *(1,) * (weight.dim() - 2))).reshape(weight.shape)
