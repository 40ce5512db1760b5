"""A node at which branches meet that are not equally large: what differs, and what would make them so."""

from fractions import Fraction
from typing import Literal, NamedTuple

from convlens.ir.edit import with_settings
from convlens.ir.graph import Graph, Node
from convlens.ir.op import lookup
from convlens.ir.spec import Shape
from convlens.linting.edits import before, with_ops
from convlens.linting.network import Network
from convlens.passes.facts import facts
from convlens.passes.sampling import Place

MERGES = ("add", "sub", "mul", "div", "concat", "stack", "elementwise")

MOST_MERGES = 64
"""Merges that one repair mends one after the other."""


class Mismatch(NamedTuple):
    """The inputs of ``node`` have these shapes, which differ along the axes ``axes``, all of them space or time."""

    node: Node
    shapes: tuple[Shape, ...]
    axes: tuple[int, ...]

    def sizes(self, axis: int) -> list[int]:
        """
        >>> Mismatch(Node("m", lookup("add")(), ()), ((1, 8, 24), (1, 8, 25)), (2,)).sizes(2)
        [24, 25]
        """
        return [shape[axis] for shape in self.shapes]


def mismatch(net: Network) -> Mismatch | None:
    """Where the network breaks because branches that meet are not equally large; None where it breaks otherwise."""
    node = net.facts.broken
    if node is None or node.name in net.facts.nodes or node.op.name not in MERGES or len(node.inputs) < 2:
        return None
    shapes = tuple(net.spec(ref).dims for ref in node.inputs)
    if len(set(map(len, shapes))) > 1:
        return None
    free = _behind_each_other(node, len(shapes[0]))
    axes = tuple(axis for axis in range(len(shapes[0])) if axis != free and len({s[axis] for s in shapes} - _any_size(node)) > 1)
    return Mismatch(node, shapes, axes) if axes and all(_is_space(net, node, axis) for axis in axes) else None


def _behind_each_other(node: Node, rank: int) -> int | None:
    return node.op.settings()["axis"] % rank if node.op.name == "concat" else None


def _any_size(node: Node) -> set[int]:
    """A size that stands for any, where the operator broadcasts."""
    return set() if node.op.name in ("concat", "stack") else {1}


def _is_space(net: Network, node: Node, axis: int) -> bool:
    places = [place for ref in node.inputs if (place := net.sampling.of(ref)[axis]) is not None]
    return any(place[:2] in net.space for place in places) if places else axis >= 2


def resizers(net: Network, found: Mismatch) -> dict[int, Node]:
    """The inputs that a resize makes for this node alone, which could make them of any size."""
    made = {at: net.before(found.node, at) for at in range(len(found.shapes))}
    return {at: node for at, node in made.items() if node and node.op.name == "interpolate" and net.after(node) is found.node}


def fitted(graph: Graph, how: Literal["resize", "pad", "crop"]) -> Graph:
    """The network with a `pad` node before each input that is too small where branches meet, so that their pixels lie alike
    where whole pixels can do it, else in the middle. With "crop" it cuts off what is too much, with "resize" a resize before
    it makes what is wanted, where there is one.
    """
    for _ in range(MOST_MERGES):
        net = Network(graph, known=facts(graph))
        found = mismatch(net)
        if found is None:
            break
        graph = _resized(net, found) if how == "resize" and resizers(net, found) else _fitted_once(net, found, how == "crop")
    return graph


def _resized(net: Network, found: Mismatch) -> Graph:
    made = resizers(net, found)
    kept = next((shape for at, shape in enumerate(found.shapes) if at not in made), found.shapes[0])
    ops = {node.name: with_settings(node.op, size=kept[2:], scale=None) for node in made.values()}
    return with_ops(net.graph, ops)


def _fitted_once(net: Network, found: Mismatch, crop: bool) -> Graph:
    wanted = {axis: (min if crop else max)(found.sizes(axis)) for axis in found.axes}
    graph = net.graph
    for at, shape in enumerate(found.shapes):
        sides = {axis: _sides(net, found, at, axis, size - shape[axis]) for axis, size in wanted.items()}
        if any(map(any, sides.values())):
            pads = [sides.get(axis, (0, 0)) for axis in range(min(found.axes), len(shape))]
            op = lookup("pad")(before=[low for low, _ in pads], after=[high for _, high in pads])
            graph = before(graph, found.node.name, op, f"fit{at}", at)
    return graph


def _sides(net: Network, found: Mismatch, at: int, axis: int, more: int) -> tuple[int, int]:
    """``more`` pixels (less than 0: to be cut off) on the left and the right of an input."""
    goal = next(i for i, shape in enumerate(found.shapes) if shape[axis] - found.shapes[at][axis] == more)
    places = [net.sampling.of(found.node.inputs[i])[axis] for i in (at, goal)]
    left = _offset(*places)
    if left is None or left.denominator > 1 or not min(more, 0) <= left <= max(more, 0):
        left = Fraction(more // 2 if more > 0 else -(-more // 2))
    return int(left), more - int(left)


def _offset(own: Place | None, goal: Place | None) -> Fraction | None:
    """How many pixels on the left bring a map to where another one lies; None where nothing is known of both."""
    if own is None or goal is None or own[:2] != goal[:2] or own.line.slope != goal.line.slope:
        return None
    return (own.line.intercept - goal.line.intercept) / own.line.slope


def starts_alike(net: Network, found: Mismatch) -> bool:
    """Do the branches start at the same place, within a pixel, so that what is missing is missing on the right?"""
    offsets = [
        _offset(net.sampling.of(found.node.inputs[at])[axis], net.sampling.of(found.node.inputs[0])[axis])
        for axis in found.axes
        for at in range(1, len(found.shapes))
    ]
    return all(offset is None or abs(offset) < 1 for offset in offsets)
