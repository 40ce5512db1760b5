"""Convolution + pixel shuffle -> transposed convolution.

The way back of `transposed_to_subpixel`: the s*s small kernels that a pixel shuffle by s puts side by side are every s-th
weight of one kernel s times as large. A transposed convolution has one bias for each channel, so the biases of its s*s
small kernels must be the same. Source: Shi et al., arXiv:1609.07009v1.
"""

from collections.abc import Mapping
from typing import Any

from convlens.backends.plan import Key, checked
from convlens.ir.edit import Change, changed, made
from convlens.ir.errors import GraphError
from convlens.ir.graph import Graph, Node, Ref
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.ops.conv_transpose import ConvTranspose
from convlens.passes.facts import Facts
from convlens.rewrites.movable import not_alone, not_movable
from convlens.rewrites.place import Place, possible, what

TITLE = marked("a convolution with a pixel shuffle behind it becomes a transposed convolution")
OPTIONS = ()


def applies(graph: Graph) -> list[Place]:
    known = checked(graph)
    return [Place(node.name, _why_not(graph, node, known)) for node in graph if node.op.name == "pixel_shuffle"]


def _why_not(graph: Graph, shuffle: Node, known: Facts) -> Remark | None:
    conv = next((node for node in graph if node.name == shuffle.inputs[0].node), None)
    if conv is None or conv.op.name != "conv" or known.nodes[conv.name].inputs[0].rank != 4:
        return remark(marked("before it stands {what}, not a convolution of a batch of images"), what=what(conv))
    op: Any = conv.op
    block = shuffle.op.settings()["factor"] ** 2
    if max(op.stride) > 1 or max(op.dilation) > 1 or op.padding_mode != "zeros":
        return remark(marked("{node} has a stride, a dilation or another padding than zeros"), node=conv.name)
    if (op.out // op.groups) % block:
        return remark(marked("a block of {block} channels would belong to two groups of {node}"), block=block, node=conv.name)
    if any(pad > k - 1 for k, pads in zip(op.kernel, op.pads(known.nodes[conv.name].inputs[0]), strict=True) for pad in pads):
        return remark(marked("{node} pads more than its kernel reaches"), node=conv.name)
    return not_movable(graph, conv) or not_alone(graph, conv, shuffle)


def rewrite(graph: Graph, weights: Mapping[Key, Any]) -> tuple[Graph, dict[Key, Any]]:
    changes, new, known = dict[str, Change](), dict(weights), checked(graph)
    for name in possible(applies(graph)):
        shuffle = graph[name]
        conv, factor = graph[shuffle.inputs[0].node], shuffle.op.settings()["factor"]
        op: Any = conv.op
        pads = op.pads(known.nodes[conv.name].inputs[0])
        cut = tuple(tuple(factor * (k - 1 - pad) for pad in sides) for k, sides in zip(op.kernel, pads, strict=True))
        up = ConvTranspose(out=op.out // factor**2, kernel=tuple(factor * k for k in op.kernel), stride=(factor, factor),
                           padding=cut, groups=op.groups, bias=op.bias)  # fmt: skip
        changes[conv.name] = Change((), conv.inputs[0])
        changes[name] = Change((made(shuffle, up, conv.inputs),), Ref(name))
        new[name, "weight"] = joined(new.pop((conv.name, "weight")), factor, op.groups)
        if op.bias:
            new[name, "bias"] = _one_bias(conv, new.pop((conv.name, "bias")), factor**2)
    return changed(graph, changes), new


def notes(graph: Graph, _weights: Mapping[Key, Any]) -> list[Remark]:
    return [remark(marked("{node}: exact; every weight is used once"), node=name) for name in possible(applies(graph))]


def _one_bias(conv: Node, bias: Any, block: int) -> Any:
    blocks = bias.reshape(-1, block)
    spread = float((blocks.amax(1) - blocks.amin(1)).max())
    if spread:
        raise GraphError(
            f"conv {conv.name!r}: the biases of the {block} channels that become one differ by up to {spread:.3g}, but a "
            "transposed convolution has one bias for each channel\n  fix: bias=false, or one bias for each block of channels"
        )
    return blocks[:, 0].clone()


def joined(weight: Any, factor: int, groups: int) -> Any:
    """(out * s * s, C/g, m) -> (C, out/g, s*m)."""
    out, channels, *size = weight.shape
    parts = weight.reshape(groups, out // groups // factor**2, factor, factor, channels, *size).flip(5, 6)
    return parts.permute(0, 4, 1, 5, 2, 6, 3).reshape(groups * channels, -1, *(factor * m for m in size))
