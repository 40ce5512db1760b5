"""Convolution -> linear layer, where it is one.

A 1x1 convolution is the same linear layer at each pixel; a convolution whose kernel covers the whole map has one output
position, and is a linear layer of the flattened map. The weights are the same numbers in another shape.
Source: Lin et al., arXiv:1312.4400v3; Long et al., arXiv:1411.4038v2, section 3.1.
"""

from collections.abc import Mapping
from typing import Any

from convlens.backends.plan import Key, checked
from convlens.ir.edit import Change, changed, made
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.spec import show_shape
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.ops.flatten import Flatten
from convlens.ops.linear import Linear
from convlens.ops.permute import Permute
from convlens.ops.unsqueeze import Unsqueeze
from convlens.passes.facts import Facts
from convlens.rewrites.movable import not_movable
from convlens.rewrites.place import Place, possible

TITLE = marked("a pointwise convolution, or one over the whole map, becomes a linear layer")
OPTIONS = ()


def applies(graph: Graph) -> list[Place]:
    known = checked(graph)
    return [Place(node.name, _why_not(graph, node, known)) for node in graph if node.op.name == "conv"]


def _why_not(graph: Graph, node: Node, known: Facts) -> Remark | None:
    op: Any = node.op
    x = known.nodes[node.name].inputs[0]
    if op.groups > 1 or x.rank != op.axes + 2:
        return remark(marked("it has groups, or its input has no batch"))
    if not _pointwise(op, known, node.name) and not _whole(op, known, node.name):
        return remark(
            marked("a kernel of {kernel} on a map of {size} looks at a part, at several places"),
            kernel=show_shape(op.kernel), size=show_shape(x.dims[2:]),
        )  # fmt: skip
    return not_movable(graph, node)


def _unpadded(op: Any, known: Facts, name: str) -> bool:
    return not any(map(any, op.pads(known.nodes[name].inputs[0])))


def _pointwise(op: Any, known: Facts, name: str) -> bool:
    return max(op.kernel) == 1 and max(op.stride) == 1 and _unpadded(op, known, name)


def _whole(op: Any, known: Facts, name: str) -> bool:
    return tuple(op.kernel) == known.nodes[name].inputs[0].dims[2:] and max(op.dilation) == 1 and _unpadded(op, known, name)


def rewrite(graph: Graph, weights: Mapping[Key, Any]) -> tuple[Graph, dict[Key, Any]]:
    changes, new, known = dict[str, Change](), dict(weights), checked(graph)
    for name in possible(applies(graph)):
        node = graph[name]
        build = _flattened if _whole(node.op, known, name) else _at_each_pixel
        changes[name] = Change(build(node), Ref(name))
        new[f"{name}.linear", "weight"] = new.pop((name, "weight")).flatten(1)
        if (name, "bias") in new:
            new[f"{name}.linear", "bias"] = new.pop((name, "bias"))
    return changed(graph, changes), new


def _linear(node: Node, before: Node) -> Node:
    settings = node.op.settings()
    return made(node, Linear(out=settings["out"], bias=settings["bias"]), (Ref(before.name),), "linear")


def _flattened(node: Node) -> tuple[Node, ...]:
    flat = made(node, Flatten(start=1), node.inputs, "flatten")
    linear = _linear(node, flat)
    return flat, linear, made(node, Unsqueeze(at=tuple(range(2, 2 + node.op.axes))), (Ref(linear.name),))


def _at_each_pixel(node: Node) -> tuple[Node, ...]:
    """The channels go to the end, and back."""
    space = list(range(2, 2 + node.op.axes))
    last = made(node, Permute(order=(0, *space, 1)), node.inputs, "channels_last")
    linear = _linear(node, last)
    back = (0, 1 + node.op.axes, *range(1, 1 + node.op.axes))
    return last, linear, made(node, Permute(order=back), (Ref(linear.name),))


def notes(_graph: Graph, _weights: Mapping[Key, Any]) -> list[Remark]:
    return [remark(marked("exact: the same numbers in another shape"))]
