"""The numbers of channels of dense layers: which are no multiple of a number, and which of them are the designer's choice."""

from typing import NamedTuple

from convlens.ir.graph import Node
from convlens.linting.network import Network
from convlens.ops._window import channel_axis

DENSE = ("conv", "conv_transpose", "linear")
NEAR = 8
"""So many nodes may stand between the input of the network and its first layer."""


class Channels(NamedTuple):
    """A dense layer reads ``read`` channels and makes ``made``; ``first`` and ``last`` say which of them the data give."""

    node: Node
    read: int
    made: int
    first: bool = False
    last: bool = False

    def odd_read(self, multiple: int) -> bool:
        """Is what it reads the designer's choice, and no multiple?"""
        return not self.first and self.read % multiple > 0

    def odd_made(self, multiple: int) -> bool:
        return not self.last and self.made % multiple > 0

    def padded(self, multiple: int, macs: int) -> int:
        """MACs with both counts rounded up to a multiple, where they are the designer's choice."""
        read = up(self.read, multiple) if self.odd_read(multiple) else self.read
        made = up(self.made, multiple) if self.odd_made(multiple) else self.made
        return macs * read * made // (self.read * self.made)


def up(count: int, multiple: int) -> int:
    """The next multiple.

    >>> up(30, 8), up(32, 8)
    (32, 32)
    """
    return -(-count // multiple) * multiple


def odd_layers(net: Network, multiple: int) -> list[Channels]:
    """The dense layers of which one count is no multiple, in the order of the network."""
    odd = [each for node in net.of(*DENSE) if (each := _channels(net, node)) and (each.read % multiple or each.made % multiple)]
    if not odd:
        return []
    last = heads(net)
    told = {e.node.name: e._replace(first=_is_first(net, e.node), last=e.node.name in last) for e in odd}
    return [told[node.name] for node in net.nodes if node.name in told]


def _channels(net: Network, node: Node) -> Channels | None:
    """None for a grouped convolution: it does not run on blocks of channels as a dense one does."""
    x, y = net.known(node).inputs[0], net.known(node).outputs[0]
    if node.op.name == "linear":
        return Channels(node, x.dims[-1], y.dims[-1])
    if getattr(node.op, "groups", 1) > 1:
        return None
    axis = channel_axis(node.op, x)
    return Channels(node, x.dims[axis], y.dims[axis])


def heads(net: Network) -> set[str]:
    """The dense layers from which no other dense layer stands before an output: their channels are the answer's."""
    todo, done, found = [ref.node for ref in net.graph.outputs], set(), set()
    while todo:
        name = todo.pop()
        if name in done or name not in net.facts.nodes:
            continue
        done.add(name)
        node = net.graph[name]
        if node.op.name in DENSE and getattr(node.op, "groups", 1) == 1:
            found.add(name)
        else:
            todo += [ref.node for ref in node.inputs]
    return found


def _is_first(net: Network, node: Node) -> bool:
    """Does it read the network's input, with no other layer that has weights between?"""
    for _ in range(NEAR):
        before = net.before(node)
        if before is None:
            return True
        if before.op.name in DENSE:
            return False
        node = before
    return False
