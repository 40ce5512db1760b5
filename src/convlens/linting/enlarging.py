"""What mends transposed convolutions that overlap unevenly: another kernel, or resizing and a plain convolution."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from convlens.ir.edit import Change, changed, made
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.op import Op
from convlens.ir.spec import TensorSpec, show_shape
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.linting.edits import with_ops
from convlens.linting.even import even_transposed
from convlens.linting.finding import Fix
from convlens.linting.network import Network
from convlens.ops.conv import Conv
from convlens.ops.interpolate import Interpolate


class Resized(NamedTuple):
    """Enlarging by nearest neighbours, then a convolution."""

    enlarge: Interpolate
    conv: Conv


@lru_cache(maxsize=256)
def resized(op: Op, x: TensorSpec, out: TensorSpec) -> Resized | None:
    """What may stand for a transposed convolution; None where its output is not its input times the stride."""
    given, space = op.settings(), x.dims[2:]
    if len(space) != op.axes or out.dims[2:] != tuple(n * s for n, s in zip(space, given["stride"], strict=True)):
        return None
    kernel = tuple(k + 1 - k % 2 for k in given["kernel"])
    padding = tuple((k // 2, k // 2) for k in kernel)
    conv = Conv(out=given["out"], kernel=kernel, padding=padding, groups=given["groups"], bias=given["bias"])
    return Resized(Interpolate(scale=given["stride"]), conv)


def fixes(net: Network, nodes: Sequence[Node]) -> Iterator[Fix]:
    """Ways to mend all of these transposed convolutions at once, the best first. Weights that are computed want a person."""
    if any(len(node.inputs) > 1 for node in nodes):
        yield Fix(remark(marked("a kernel that is a multiple of the stride, a dilation without a factor in common with it")))
        return
    found = [even_transposed(node.op, net.known(node).inputs[0]) for node in nodes]
    for choice in range(min(map(len, found))):
        ops = {node.name: each[choice] for node, each in zip(nodes, found, strict=True)}
        yield Fix(_other_kernels(nodes, ops), lambda graph, ops=ops: with_ops(graph, ops))  # type: ignore[misc]  # a default binds the loop's value
    instead = {node.name: resized(node.op, net.known(node).inputs[0], net.known(node).outputs[0]) for node in nodes}
    pairs = {name: pair for name, pair in instead.items() if pair}
    if len(pairs) == len(nodes):
        yield Fix(_other_layers(list(pairs.values())), lambda graph: _enlarged(graph, pairs))


def _other_kernels(nodes: Sequence[Node], ops: dict[str, Op]) -> Remark:
    told = list(dict.fromkeys(settings_changed(node.op, ops[node.name]) for node in nodes))
    if len(told) == 1:
        return remark(marked("{settings}, which keeps every shape and overlaps evenly"), settings=told[0])
    kernels = ", ".join(dict.fromkeys(show_shape(op.settings()["kernel"]) for op in ops.values()))
    return remark(marked("kernels that are multiples of the stride ({kernels}), which keep every shape"), kernels=kernels)


def settings_changed(before: Op, after: Op) -> str:
    """The settings in which two operators differ, as the text form writes them.

    >>> from convlens.ops.conv import Conv
    >>> settings_changed(Conv(out=1, kernel=(3, 3)), Conv(out=1, kernel=(4, 4), padding=[(0, 1), (1, 1)]))
    'kernel=4x4, padding=0:1x1:1'
    """
    old = before.settings()
    return ", ".join(f"{name}={_shown(value)}" for name, value in after.settings().items() if value != old[name])


def _shown(value: Any) -> str:
    if not isinstance(value, tuple):
        return str(value).lower()
    if all(isinstance(each, tuple) and each[0] == each[1] for each in value):
        return show_shape(tuple(left for left, _ in value))
    return "x".join(f"{each[0]}:{each[1]}" if isinstance(each, tuple) else f"{each}" for each in value)


def _other_layers(pairs: list[Resized]) -> Remark:
    kernels = ", ".join(dict.fromkeys(show_shape(pair.conv.kernel) for pair in pairs))
    return remark(marked("enlarge by nearest neighbours, then a convolution of kernel {kernel}"), kernel=kernels)


def _enlarged(graph: Graph, pairs: dict[str, Resized]) -> Graph:
    return changed(graph, {name: _pair(graph[name], pair) for name, pair in pairs.items()})


def _pair(node: Node, pair: Resized) -> Change:
    enlarge = made(node, pair.enlarge, node.inputs[:1], "enlarge")
    return Change((enlarge, made(node, pair.conv, (Ref(enlarge.name),))), Ref(node.name))
