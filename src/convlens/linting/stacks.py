"""Which places of its input does a stack of layers that keep the resolution read?

A stack goes on while each layer moves on by one place for each output: convolutions and pooling of stride 1, whatever
works place by place, and where branches of one input meet again. It ends where the resolution changes. The places are
those of the map that enters the stack, along each of its spatial axes.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from convlens.arith.axis import Footprint
from convlens.ir.graph import Node, Ref
from convlens.ir.op import UNKNOWN, WHOLE, Along, AxisRead, Read
from convlens.linting.network import Network
from convlens.linting.places import Places
from convlens.passes.receptive_field import moving_reads

MOST = 1 << 18
"""A stack that sees more places than this along an axis is given up."""

NORMS = ("batch_norm", "group_norm", "instance_norm", "layer_norm", "local_response_norm", "rms_norm")
"""They look at all places for a mean, and still hand on each place by itself."""


class Seen(NamedTuple):
    """What a tensor sees of ``source``; without ``axes`` its own place only, where no layer has looked beside it yet.

    ``gapped`` is how many windows in series have gaps between their taps; a transposed convolution is none.
    """

    source: Ref
    axes: tuple[Places, ...] = ()
    gapped: int = 0


class Stack(NamedTuple):
    """A stack's end ``node``, the ``layers`` with gaps on the way there, and what one of its outputs reads along each axis."""

    source: Ref
    node: str
    layers: tuple[Node, ...]
    axes: tuple[Places, ...]

    @property
    def sparsest(self) -> Places:
        """The axis of which the least is read."""
        return min(self.axes, key=lambda places: places.density)


def stacks(net: Network) -> Iterator[Stack]:
    """Every stack with at least two layers in series that have gaps between their taps, at that of its ends that sees least."""
    if sum(max(getattr(node.op, "dilation", (1,))) > 1 for node in net.nodes) < 2:
        return
    seen: dict[Ref, Seen] = {Ref(item.name): Seen(Ref(item.name)) for item in net.graph.inputs}
    went_on: set[Ref] = set()
    closed: dict[Ref, Seen] = {}
    for node in net.nodes:
        _walk(net, node, seen, went_on, closed)
    least: dict[Ref, Stack] = {}
    for end, own in seen.items():
        it = closed.get(end, own)
        if it.gapped < 2 or (end in went_on and end not in net.graph.outputs and end not in closed):
            continue
        stack = Stack(it.source, end.node, (), it.axes)
        if it.source not in least or stack.sparsest.density < least[it.source].sparsest.density:
            least[it.source] = stack
    for stack in least.values():
        yield stack._replace(layers=tuple(_gapped_before(net, stack, seen)))


def _walk(net: Network, node: Node, seen: dict[Ref, Seen], went_on: set[Ref], closed: dict[Ref, Seen]) -> None:
    """What the outputs of one node see. Where the stack ends here, each of them is the source of a new one."""
    ways = _in_place(node) if node.op.name in NORMS else moving_reads(node.op, net.known(node).inputs)
    beside = tuple(slide.axis for slide in net.slides(node))
    for port, read in enumerate(ways):
        arriving = [(ref, it) for ref, way in zip(node.inputs, read, strict=True) if (it := _moved(seen[ref], way, beside))]
        here = Ref(node.name, port)
        seen[here], used = _met([it for _, it in arriving], here)
        went_on |= {ref for ref, it in arriving if it.source == used}
    gapped = beside and seen[node.inputs[0]].gapped > 1
    last = _closing(seen[node.inputs[0]], ways[0][0]) if gapped else None
    if last is not None:
        closed[Ref(node.name)] = last
        went_on.add(node.inputs[0])


def _in_place(node: Node) -> tuple[tuple[Read | None, ...], ...]:
    """One output, its first input seen place by place; the others are weights."""
    return ((None, *((),) * (len(node.inputs) - 1)),)


def _is_own(read: AxisRead, axis: int) -> bool:
    return isinstance(read, Along) and read.axis == axis and _unit(read) == ((0, 0),)


def _unit(read: AxisRead) -> Footprint | None:
    """What an output reads where the next output reads the next places; None where that is not so."""
    if not isinstance(read, Along) or read.map.finite or (read.map.period, read.map.advance) != (1, 1):
        return None
    return read.map.footprints[0] or None


def _moved(it: Seen, way: Read | None, beside: tuple[int, ...]) -> Seen | None:
    """What is seen of the same source one step further, by a window along the axes ``beside`` where there are any.

    None where the stack ends, or where one value stands for all places.
    """
    if way is None or (not it.axes and not beside and _is_joined(way)):
        return it
    found, gaps = [], False
    for places in it.axes or map(Places, beside):
        read = way[places.axis] if places.axis < len(way) else WHOLE
        footprint = _unit(read)
        if footprint is None or not isinstance(read, Along) or read.axis is None or places.hull > MOST:
            return None
        found.append(places.through(footprint)._replace(axis=read.axis))
        gaps |= len(footprint) > 1 and bool(beside)
    return Seen(it.source, tuple(found), it.gapped + gaps) if found else None


def _is_joined(way: Read) -> bool:
    """Is each place kept, and the value one part of a concatenation or a split along another axis?"""
    others = [(axis, read) for axis, read in enumerate(way) if not _is_own(read, axis)]
    return len(others) == 1 and all(read is UNKNOWN or _is_part(read, axis) for axis, read in others)


def _is_part(read: AxisRead, axis: int) -> bool:
    return isinstance(read, Along) and read.axis == axis and (read.map.finite or _unit(read) is not None)


def _met(branches: list[Seen], here: Ref) -> tuple[Seen, Ref]:
    """What the meeting of these branches sees, and the source that they have in common; another source is left aside."""
    main = max(branches, key=lambda it: it.gapped, default=None)
    if main is None or (not main.gapped and any(it.source != main.source for it in branches)):
        return Seen(here), here
    same = [it for it in branches if it.source == main.source]
    return Seen(main.source, _united([it.axes for it in same]), main.gapped), main.source


def _united(branches: list[tuple[Places, ...]]) -> tuple[Places, ...]:
    longest = max(branches, key=len)
    every = [{places.axis: places for places in axes} for axes in branches]
    return tuple(_either([axes.get(places.axis, Places(places.axis)) for axes in every]) for places in longest)


def _either(branches: Iterable[Places]) -> Places:
    first, *rest = branches
    for other in rest:
        if other != first:
            first = first.also(other)
    return first


def _closing(it: Seen, way: Read | None) -> Seen | None:
    """What one output of a layer with a stride sees through the stack before it; None where the stack does not end so."""
    if way is None:
        return None
    reads = [way[places.axis] for places in it.axes]
    windows = [r.map for r in reads if isinstance(r, Along) and not r.map.finite and r.map.period == 1 and r.map.advance > 0]
    if len(windows) < len(reads) or all(window.advance == 1 for window in windows):
        return None
    axes = (places.through(window.footprints[0]) for places, window in zip(it.axes, windows, strict=True))
    return it._replace(axes=tuple(axes))


def _gapped_before(net: Network, stack: Stack, seen: dict[Ref, Seen]) -> Iterator[Node]:
    """The layers with gaps between their taps from the source to the end of a stack, in the order of the network."""
    found, todo = {stack.source.node}, [stack.node]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += [ref.node for ref in net.graph[name].inputs if seen[ref].source == stack.source]
    found.remove(stack.source.node)
    for node in net.nodes:
        if node.name in found and any(s.dilation > 1 and s.kernel > 1 for s in net.slides(node)):
            yield node
