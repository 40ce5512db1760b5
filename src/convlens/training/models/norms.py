"""Another norm where a network has batch normalisation."""

from math import prod

from convlens.backends.plan import checked
from convlens.ir.edit import Change, changed, made, with_settings
from convlens.ir.errors import UsageError
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.op import Op
from convlens.ir.spec import TensorSpec
from convlens.lang.sentence import Sentence
from convlens.ops.group_norm import GroupNorm
from convlens.ops.instance_norm import InstanceNorm

MOST_GROUPS = 32
"""Source: Wu & He, arXiv:1803.08494v3, section 3.1."""
LEAST_VALUES = 16
"""In each group, channels times space: the mean and deviation of fewer say little."""
_WITH_BIAS = ("conv", "conv_transpose", "deform_conv", "linear")


def with_norm(graph: Graph, norm: str) -> Graph:
    """The network with ``group``, ``instance`` or ``layer`` norm, or ``none``, for every batch normalisation; ``batch`` keeps it.

    No shape changes. A scale and a shift for each channel stay where there were some. Layer norm is taken over channels and
    space of an example, a group norm of one group, so that the network still takes inputs of any size. ``none`` gives a
    layer whose shift the norm was a bias of its own. Raises `UsageError` where there is nothing to replace, and where an
    instance norm would see a single value.

    >>> from convlens.ir.text import parse
    >>> graph = parse("input x: 1x3x8x8\\nc = conv(x, out=64, kernel=3x3, bias=false)\\nb = batch_norm(c)\\noutput b")
    >>> with_norm(graph, "group")["b"].op.groups, with_norm(graph, "none")["c"].op.bias
    (32, True)
    """
    found = [node for node in graph if node.op.name == "batch_norm"]
    if norm == "batch" or (norm == "none" and not found):
        return graph
    if not found:
        raise UsageError(
            Sentence(
                "norm={norm}: the network {network} has no batch normalization to replace\n  fix: leave norm out",
                norm=norm, network=repr(graph.name),
            )
        )  # fmt: skip
    if norm == "none":
        return changed(graph, _removed(graph, found))
    known = checked(graph).nodes
    ops = {node.name: _norm(node, known[node.name].inputs[0], norm) for node in found}
    return changed(graph, {node.name: Change((made(node, ops[node.name], node.inputs[:1]),), Ref(node.name)) for node in found})


def groups_for(channels: int, pixels: int) -> int:
    """The most groups that divide the channels, at most 32, with two channels and 16 values in each; else 1.

    >>> [groups_for(channels, pixels) for channels, pixels in ((64, 49), (24, 49), (64, 1), (7, 9))]
    [32, 12, 4, 1]
    """
    fitting = (
        groups for groups in range(MOST_GROUPS, 1, -1)
        if channels % groups == 0 and channels >= 2 * groups and channels // groups * pixels >= LEAST_VALUES
    )  # fmt: skip
    return next(fitting, 1)


def _norm(node: Node, x: TensorSpec, norm: str) -> Op:
    affine, eps = bool(node.op.settings()["affine"]), node.op.settings()["eps"]
    pixels = prod(x.dims[2:])
    if norm == "instance":
        if pixels == 1:
            raise UsageError(
                Sentence(
                    "norm=instance: {layer} has the input {input}, one value a channel, which it would make 0\n  fix: norm group",
                    layer=repr(node.name), input=str(x),
                )
            )  # fmt: skip
        return InstanceNorm(affine=affine, eps=eps)
    return GroupNorm(groups=groups_for(x.dims[1], pixels) if norm == "group" else 1, affine=affine, eps=eps)


def _removed(graph: Graph, norms: list[Node]) -> dict[str, Change]:
    """No node for each norm, and a bias for each layer before one that has none."""
    changes = {node.name: Change((), node.inputs[0]) for node in norms}
    for node in norms:
        before = node.inputs[0].node
        layer = next((other for other in graph if other.name == before and other.op.name in _WITH_BIAS), None)
        if layer is not None and len(layer.inputs) == 1 and not layer.op.settings()["bias"]:
            changes[before] = Change((made(layer, with_settings(layer.op, bias=True), layer.inputs),), Ref(before))
    return changes
