"""Where a map has become too small for a window: the layer at which the network ends, and what would let it go on."""

from collections.abc import Iterator
from typing import NamedTuple

from convlens.arith.padding import Sides, span
from convlens.ir.edit import with_settings
from convlens.ir.errors import ConvlensError
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.op import Op
from convlens.ir.spec import Shape, TensorSpec
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.edits import with_ops, without
from convlens.linting.finding import Fix
from convlens.linting.refit import POOLING
from convlens.linting.trials import smallest
from convlens.ops._window import Window, spatial
from convlens.passes.facts import Facts, facts

MOST = 16
"""So many layers are changed at most."""


class Narrow(NamedTuple):
    """A window that reaches over ``reach`` pixels along each axis, of a map of ``sizes`` with ``pads`` on its sides.

    ``reduced``: layers before have made the map smaller than one that it comes from, along an axis on which it does not fit.
    """

    node: Node
    op: Window
    sizes: Shape
    pads: tuple[Sides, ...]
    reach: Shape
    reduced: bool

    @property
    def padded(self) -> Shape:
        return tuple(n + sum(pad) for n, pad in zip(self.sizes, self.pads, strict=True))


def narrow(graph: Graph, known: Facts) -> Narrow | None:
    """The window at which the network ends because its input is too small for it; None where it ends for another reason."""
    node = known.broken
    x = None if node is None or not node.inputs else _spec(graph, known, node.inputs[0])
    if node is None or x is None or not isinstance(node.op, Window):
        return None
    try:
        sizes, pads = spatial(node.op, x), node.op.pads(x)
    except ConvlensError:  # the input has not the axes that the window needs
        return None
    reach = tuple(map(span, node.op.kernel, node.op.dilation))
    short = [axis for axis, n in enumerate(sizes) if n + sum(pads[axis]) < reach[axis]]
    larger = (spatial(node.op, spec) for spec in _sources(graph, known, node) if spec.rank == x.rank)
    reduced = bool(short) and any(dims[axis] > sizes[axis] for dims in larger for axis in short)
    return Narrow(node, node.op, sizes, pads, reach, reduced) if short else None


def _sources(graph: Graph, known: Facts, node: Node) -> Iterator[TensorSpec]:
    """All that the node is made from, however far back."""
    seen: set[Ref] = set()
    waiting = list(node.inputs[:1])
    while waiting:
        ref = waiting.pop()
        spec = None if ref in seen else _spec(graph, known, ref)
        seen.add(ref)
        if spec is not None:
            yield spec
            waiting += graph[ref.node].inputs if ref.node in known.nodes else ()


def _spec(graph: Graph, known: Facts, ref: Ref) -> TensorSpec | None:
    made = known.nodes.get(ref.node)
    if made is not None:
        return made.outputs[ref.port] if ref.port < len(made.outputs) else None
    return next((item.spec for item in graph.inputs if item.name == ref.node), None)


def smallest_input(graph: Graph, axes: int) -> Shape | None:
    """The spatial sizes of the smallest larger input on which the network runs to its end; None where none was found."""
    return smallest(
        graph, axes,
        is_large=lambda larger: narrow(larger, facts(larger)) is None,
        works=lambda larger: facts(larger).broken is None,
    )  # fmt: skip


class CarriedOn(NamedTuple):
    """A network that goes on where it ended, and which layers are left out and which have smaller kernels for it."""

    graph: Graph
    left_out: tuple[str, ...] = ()
    smaller: tuple[str, ...] = ()


def fewer(graph: Graph) -> list[Fix]:
    """Every layer that does not fit left out, or made smaller, so that the network runs at this size; empty if that fails."""
    on = carried_on(graph)
    if on is None:
        return []
    names, smaller = ", ".join(on.left_out), ", ".join(on.smaller)
    if not smaller:
        words = remark(marked("the network without {layers}"), layers=names)
    elif not names:
        words = remark(marked("kernels as large as their maps in {layers}"), layers=smaller)
    else:
        both = marked("the network without {layers}, and kernels as large as their maps in {smaller}")
        words = remark(both, layers=names, smaller=smaller)
    return [Fix(words, lambda _: on.graph)]


def carried_on(graph: Graph) -> CarriedOn | None:
    """The network without the pooling layers that do not fit, and with kernels that do; None where that is not enough."""
    now: CarriedOn | None = CarriedOn(graph)
    for _ in range(MOST):
        if now is None:
            return None
        known = facts(now.graph)
        if known.broken is None:
            return now
        now = _changed(now, narrow(now.graph, known))
    return None


def _changed(now: CarriedOn, found: Narrow | None) -> CarriedOn | None:
    if found is None:
        return None
    name = found.node.name
    try:
        if found.node.op.name in POOLING:
            return now._replace(graph=without(now.graph, [name]), left_out=(*now.left_out, name))
        if found.node.op.name == "conv" and len(found.node.inputs) == 1 and not found.node.ties:
            return now._replace(graph=with_ops(now.graph, {name: _fitted(found)}), smaller=(*now.smaller, name))
    except ConvlensError:  # something else reads what would be taken away
        pass
    return None


def _fitted(found: Narrow) -> Op:
    """A kernel as large as the map, without padding, along each axis on which it does not fit."""
    op = found.op
    kernel, padding, dilation = [], [], []
    for axis, (size, padded, reach) in enumerate(zip(found.sizes, found.padded, found.reach, strict=True)):
        fits = padded >= reach
        kernel.append(op.kernel[axis] if fits else size)
        padding.append(found.pads[axis] if fits else (0, 0))
        dilation.append(op.dilation[axis] if fits else 1)
    return with_settings(op, kernel=tuple(kernel), padding=tuple(padding), dilation=tuple(dilation))
