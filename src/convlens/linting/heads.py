"""What an output of the network is before the axes are only moved about: the head that a loss is given."""

from collections.abc import Iterator
from typing import NamedTuple

from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.op import Op
from convlens.ir.spec import TensorSpec
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.edits import behind, with_ops, without
from convlens.linting.finding import Fix
from convlens.linting.naming import free_part
from convlens.linting.network import Network
from convlens.linting.ranges import ALL, Range

MOVES = frozenset("identity flatten reshape permute squeeze unsqueeze slice interpolate dropout".split())
"""Operators behind which values are still what the head made of them."""

SCORES = frozenset("linear conv conv_transpose bilinear batch_norm layer_norm group_norm relu leaky_relu gelu silu".split())
"""Heads whose values are no probabilities, and no logarithms of such."""

ACTIVATIONS = frozenset("softmax softmin log_softmax sigmoid hardsigmoid log_sigmoid tanh hardtanh relu relu6 softplus".split())
"""Heads that can be left out: what is before them has the same shape."""


SHARES = ("softmax", "log_softmax", "softmin")
STAYS = ("identity", "dropout", "interpolate")
"""Of `MOVES`, those behind which every axis is where it was."""


class Head(NamedTuple):
    """The output ``ref`` of the network, the ``node`` that works out its values, and between which two they lie.

    ``alone`` says that the node makes nothing but this output, ``moved`` that something between gives the axes another
    order or size, and ``dropout`` is the node between that drops values, "" where there is none.
    """

    ref: Ref
    node: Node
    spec: TensorSpec
    range: Range
    alone: bool
    moved: bool
    dropout: str

    @property
    def op(self) -> str:
        return self.node.op.name

    @property
    def classes(self) -> int:
        """The size of the axis that the losses of PyTorch take as that of the classes.

        Source: torch.nn.CrossEntropyLoss, (C) or (N, C, ...).
        """
        return self.spec.dims[self.class_axis] if self.spec.rank else 1

    @property
    def class_axis(self) -> int:
        return min(self.spec.rank - 1, 1)

    @property
    def over(self) -> int | None:
        """The axis over which a softmax at the output is; None where there is none, or its axes were moved since."""
        axis: int | None = self.node.op.over(self.spec) if self.op in SHARES and not self.moved else None  # type: ignore[attr-defined]
        return axis

    @property
    def misplaced(self) -> bool:
        """Is it a softmax over another axis than that of the classes?"""
        return self.over is not None and self.over != self.class_axis


def heads(net: Network) -> Iterator[Head]:
    """The heads of all outputs that have facts and are not whole numbers."""
    for ref in net.ends:
        if net.spec(ref).floating:
            node, alone, between = _behind_moves(net, net.graph[ref.node])
            moved = any(each.op.name not in STAYS for each in between)
            dropout = next((each.name for each in between if drops(each)), "")
            yield Head(ref, node, net.spec(ref), net.ranges.get(node.name, ALL), alone, moved, dropout)


def drops(node: Node) -> bool:
    return node.op.name == "dropout" and node.op.settings()["p"] > 0


def _behind_moves(net: Network, node: Node) -> tuple[Node, bool, list[Node]]:
    alone, between = not net.graph.users(node.name), []
    while node.op.name in MOVES:
        before = net.before(node)
        if before is None:
            break
        between.append(node)
        node, alone = before, alone and net.after(before) is node
    return node, alone, between


def left_out(head: Head) -> list[Fix]:
    """The network without its last activation."""
    words = remark(marked("leave {node} out"), node=head.node.name)
    name = head.node.name
    return [Fix(words, (lambda graph: without(graph, [name])) if head.alone and head.op in ACTIVATIONS else None)]


def replaced(head: Head, op: Op) -> list[Fix]:
    """Another activation in the place of the last one."""
    words = remark(marked("{activation} in the place of {node}"), activation=op.name, node=head.node.name)
    name = head.node.name
    return [Fix(words, (lambda graph: with_ops(graph, {name: op})) if head.alone and head.op in ACTIVATIONS else None)]


def added(head: Head, op: Op) -> list[Fix]:
    """An activation behind the output."""
    words = remark(marked("{activation} behind {node}"), activation=op.name, node=head.ref.node)
    name = head.ref.node

    def apply(graph: Graph) -> Graph:
        return behind(graph, name, op, free_part(graph, name, op.name))

    return [Fix(words, apply if head.alone and head.ref.port == 0 else None)]
