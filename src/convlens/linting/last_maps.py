"""The last map before a network forgets where things are: before a global pooling, a flatten or attention."""

from collections.abc import Iterator
from typing import NamedTuple

from convlens.ir.graph import Node
from convlens.linting.network import Network
from convlens.passes.receptive_field import AxisField, ReceptiveField


class LastMap(NamedTuple):
    """The node that makes the map, its receptive field, and the node that reads it on the way to the output, if one does."""

    node: Node
    field: ReceptiveField
    reader: Node | None

    @property
    def sizes(self) -> tuple[int, ...]:
        """The receptive field along each axis, without what is seen through a global operator beside."""
        return tuple(axis.size for axis in self.field.axes)


def last_maps(net: Network) -> Iterator[LastMap]:
    """Every last map on the way to an output of the network whose receptive field can be told."""
    todo: list[tuple[str, Node | None]] = [(ref.node, None) for ref in net.graph.outputs]
    done: set[str] = set()
    while todo:
        name, reader = todo.pop()
        if name in done or name not in net.facts.nodes:
            continue
        done.add(name)
        node, field = net.graph[name], net.receptive_fields[name]
        if field is not None and _is_map(net, node, field):
            yield LastMap(node, field, reader)
        else:
            todo += [(ref.node, node) for ref in node.inputs]


def _is_map(net: Network, node: Node, field: ReceptiveField) -> bool:
    wide = max(net.known(node).outputs[0].dims[2:], default=1) > 1
    return wide and all(map(_is_local, field.axes))


def _is_local(axis: AxisField) -> bool:
    return axis.stride is not None or not axis.whole
