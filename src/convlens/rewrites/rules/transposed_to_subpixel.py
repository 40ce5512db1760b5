"""Transposed convolution -> convolution + pixel shuffle.

With stride s, output ``s*q + r`` of a transposed convolution is ``sum over j of x[q - j] * W[s*j + r]``: for each of the
s*s remainders r an ordinary convolution with every s-th weight, turned round. They are computed as channels and put in
their places by a pixel shuffle. A kernel that is no multiple of s is filled up with zeros; padding is cut off behind.
Source: Shi et al., arXiv:1609.07009v1; Dumoulin and Visin, arXiv:1603.07285v2, section 4.
"""

from collections.abc import Mapping
from typing import Any

from convlens.backends.plan import Key, checked
from convlens.ir.edit import Change, changed, made
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.op import Op
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.ops.conv import Conv
from convlens.ops.pad import Pad
from convlens.ops.pixel_shuffle import PixelShuffle
from convlens.passes.facts import Facts
from convlens.rewrites.movable import not_movable
from convlens.rewrites.place import Place, possible

TITLE = marked("a transposed convolution becomes a convolution and a pixel shuffle")
OPTIONS = ()


def applies(graph: Graph) -> list[Place]:
    known = checked(graph)
    return [Place(node.name, _why_not(graph, node, known)) for node in graph if node.op.name == "conv_transpose"]


def _why_not(graph: Graph, node: Node, known: Facts) -> Remark | None:
    op = node.op.settings()
    if node.op.axes != 2 or known.nodes[node.name].inputs[0].rank != 4:
        return remark(marked("a pixel shuffle needs a batch of images with rows and columns"))
    if op["stride"][0] != op["stride"][1]:
        return remark(marked("its strides differ: {stride}"), stride=op["stride"])
    if max(op["dilation"]) > 1:
        return remark(marked("its kernel has holes"))
    if any(after < 0 for after in _cut(node.op)[1]):
        return remark(marked("its output padding is wider than what the kernel reaches"))
    return not_movable(graph, node)


def _blocks(op: Any) -> tuple[int, ...]:
    """The size of each small kernel."""
    return tuple(-(-k // s) for k, s in zip(op.kernel, op.stride, strict=True))


def _cut(op: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """What is cut off before and after: the padding, and what the zeros of a kernel that is filled up made."""
    rows = list(zip(op.padding, op.output_padding, _blocks(op), op.stride, op.kernel, strict=True))
    return tuple(p[0] for p, *_ in rows), tuple(p[1] - extra + m * s - k for p, extra, m, s, k in rows)


def rewrite(graph: Graph, weights: Mapping[Key, Any]) -> tuple[Graph, dict[Key, Any]]:
    changes, new = dict[str, Change](), dict(weights)
    for name in possible(applies(graph)):
        node, op = graph[name], _settings(graph[name].op)
        blocks, factor, (before, after) = _blocks(op), op.stride[0], _cut(op)
        conv = Conv(out=op.out * factor**2, kernel=blocks, padding=tuple((m - 1, m - 1) for m in blocks), groups=op.groups,
                    bias=op.bias)  # fmt: skip
        small = made(node, conv, node.inputs, "conv")
        cut = any((*before, *after))
        shuffle = made(node, PixelShuffle(factor=factor), (Ref(small.name),), "shuffle" if cut else "")
        crop = made(node, Pad(before=tuple(-n for n in before), after=tuple(-n for n in after)), (Ref(shuffle.name),))
        changes[name] = Change((small, shuffle, *((crop,) if cut else ())), Ref(name))
        new[small.name, "weight"] = split(new.pop((name, "weight")), factor, blocks, op.groups)
        if op.bias:
            new[small.name, "bias"] = new.pop((name, "bias")).repeat_interleave(factor**2)
    return changed(graph, changes), new


def notes(graph: Graph, _weights: Mapping[Key, Any]) -> list[Remark]:
    return [_note(graph[name]) for name in possible(applies(graph))]


def _note(node: Node) -> Remark:
    op = _settings(node.op)
    if all(k % op.stride[0] == 0 for k in op.kernel):
        return remark(marked("{node}: exact; every weight is used once"), node=node.name)
    return remark(marked("{node}: exact; its kernel is filled up with zeros to a multiple of the stride"), node=node.name)


def _settings(op: Op) -> Any:
    return op


def split(weight: Any, factor: int, blocks: tuple[int, ...], groups: int) -> Any:
    """(C, out/g, s*m) -> (out * s * s, C/g, m): one small kernel for each remainder, turned round."""
    channels, out = weight.shape[:2]
    full = weight.new_zeros(channels, out, *(factor * m for m in blocks))
    full[:, :, : weight.shape[2], : weight.shape[3]] = weight
    parts = full.reshape(groups, channels // groups, out, blocks[0], factor, blocks[1], factor).flip(3, 5)
    return parts.permute(0, 2, 4, 6, 1, 3, 5).reshape(groups * out * factor**2, channels // groups, *blocks)
