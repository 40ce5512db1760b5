"""Whole pixels by which a layer of a branch can be moved, so that the branch lies like the one that it meets."""

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from convlens.ir.edit import with_settings
from convlens.ir.errors import ConvlensError
from convlens.ir.graph import Graph, Node
from convlens.ir.op import Inputs, Op, Outputs, Settings, lookup
from convlens.linting.edits import before, with_ops
from convlens.linting.misfit import Misfit, trail
from convlens.linting.network import Network
from convlens.passes.program import Axis

Wanted = dict[Axis, Fraction]
"""Input pixels by which a branch has to move, along each input axis."""


class Move(NamedTuple):
    """``op`` in the place of the operator of ``node``, or, with ``crop``, as a node of its own before it.

    ``by`` are the pixels of the layer's input by which it moves, and ``rank`` orders moves, the least first.
    """

    node: str
    op: Op
    by: tuple[int, ...]
    crop: bool
    rank: int

    def apply(self, graph: Graph) -> Graph:
        return before(graph, self.node, self.op, "align") if self.crop else with_ops(graph, {self.node: self.op})


def moves(net: Network, misfit: Misfit) -> list[Move] | None:
    """One move for each branch that has to be moved, or None where whole pixels cannot bring them together.

    All branches are brought to where the first one lies, or the first one to where all others lie.
    """
    if misfit.strides_differ:
        return None
    first, *others = misfit.branches
    apart = [at for at in others if any(misfit.offsets(at).values())]
    each = [_best(net, misfit, at, {key: -by for key, by in misfit.offsets(at).items()}) for at in apart]
    choices = [[move for move in each if move]] if None not in each else []
    if len({tuple(misfit.offsets(at).items()) for at in others}) == 1:
        alone = _best(net, misfit, first, misfit.offsets(others[0]))
        choices += [[alone]] if alone else []
    return min(choices, key=lambda choice: sum(move.rank for move in choice), default=None)


def _best(net: Network, misfit: Misfit, at: int, wanted: Wanted) -> Move | None:
    found = [move for node in _own(net, misfit, at) for move in _moves_of(net, node, wanted)]
    return min(found, key=lambda move: move.rank, default=None)


def _own(net: Network, misfit: Misfit, at: int) -> Iterator[Node]:
    """The nodes of one branch alone, from its end back to where another one leaves it, or others meet in it."""
    for ref in trail(net, misfit.node.inputs[at]):
        if ref.node not in net.facts.nodes or len(net.graph.users(ref.node)) > 1 or ref.node in net.outputs:
            return
        node = net.graph[ref.node]
        if sum(any(net.sampling.of(before)) for before in node.inputs) > 1:
            return
        yield node


def _moves_of(net: Network, node: Node, wanted: Wanted) -> Iterator[Move]:
    by = _pixels(net, node, wanted)
    if by is None or len(node.inputs) != 1:
        return
    known = net.known(node)
    for rank, op in _changed(net, node, by):
        if _outputs(op, known.inputs) == known.outputs:
            yield Move(node.name, op, tuple(by.values()), crop=False, rank=rank)
    yield from _cropped(net, node, by)


def _pixels(net: Network, node: Node, wanted: Wanted) -> dict[int, int] | None:
    """By axis of the node's input: the pixels by which it has to move; None where they are not whole."""
    places = net.sampling.of(node.inputs[0]) if node.inputs else ()
    by = {axis: wanted[place[:2]] / place.line.slope for axis, place in enumerate(places) if place and place[:2] in wanted}
    whole = len(by) == len(wanted) and all(pixels.denominator == 1 for pixels in by.values())
    return {axis: int(pixels) for axis, pixels in by.items()} if whole else None


def _changed(net: Network, node: Node, by: dict[int, int]) -> Iterator[tuple[int, Op]]:
    """The node's own padding or crop, moved: the better, the more alike both sides are."""
    if node.op.name == "slice":
        yield 0, _sliced(net, node, by)
    elif node.op.name == "pad":
        settings, first = node.op.settings(), net.known(node).inputs[0].rank - len(node.op.settings()["before"])
        sides = [(low - by.get(axis, 0), high + by.get(axis, 0)) for axis, (low, high) in enumerate(_pairs(settings), first)]
        yield _unevenness(sides), with_settings(node.op, before=[low for low, _ in sides], after=[high for _, high in sides])
    elif each := net.slides(node):
        sides = [(slide.left - by.get(slide.axis, 0), slide.right + by.get(slide.axis, 0)) for slide in each]
        within = all(0 <= side <= slide.reach // 2 for slide, pair in zip(each, sides, strict=True) for side in pair)
        if within or (node.op.name == "conv" and min(map(min, sides)) >= 0):
            yield _unevenness(sides), with_settings(node.op, padding=tuple(sides))


def _pairs(settings: Settings) -> list[tuple[int, int]]:
    return list(zip(settings["before"], settings["after"], strict=True))


def _unevenness(sides: list[tuple[int, int]]) -> int:
    return sum(abs(left - right) for left, right in sides)


def _sliced(net: Network, node: Node, by: dict[int, int]) -> Op:
    """The same number of pixels, from a place ``by`` pixels further on."""
    settings, x = node.op.settings(), net.known(node).inputs[0]
    on = [axis % x.rank for axis in settings["on"]]
    moved = {
        side: [_index(at, by.get(axis, 0), x.dims[axis]) for axis, at in zip(on, settings[side], strict=True)]
        for side in ("starts", "stops")
    }
    return with_settings(node.op, **moved)


def _index(at: int, by: int, size: int) -> int:
    """An index moved on; one from the end stays one from the end while it can.

    >>> _index(3, 1, 8), _index(-5, 1, 8), _index(-1, 1, 8)
    (4, -4, 8)
    """
    return at + by if (at < 0) == (at + by < 0) else at + by + size


def _cropped(net: Network, node: Node, by: dict[int, int]) -> Iterator[Move]:
    """A `pad` node before a window that cuts off pixels on one side, and adds as many on the other only where it must."""
    strided = any(slide.stride > 1 for slide in net.slides(node))
    known = net.known(node)
    if not strided or node.op.name not in ("conv", "avg_pool", "max_pool"):
        return
    x, first = known.inputs[0], min(by)
    for kept in (False, True):
        after = [pixels if kept else 0 for pixels in (by.get(axis, 0) for axis in range(first, x.rank))]
        pad = lookup("pad")(before=[-by.get(axis, 0) for axis in range(first, x.rank)], after=after)
        made = _outputs(pad, (x,))
        if made and _outputs(node.op, made) == known.outputs:
            yield Move(node.name, pad, tuple(by.values()), crop=True, rank=100 + kept)


def _outputs(op: Op, xs: Inputs) -> Outputs | None:
    try:
        return op.infer(xs)
    except ConvlensError:
        return None
