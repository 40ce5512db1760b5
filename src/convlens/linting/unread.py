"""Pixels that a window passes over: between two steps, or behind the last one, and whether another branch reads them."""

from collections.abc import Iterator, Sequence
from math import prod
from typing import NamedTuple

from convlens.arith.axis import TooIrregularError
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.spec import Shape
from convlens.linting.windows import Slide
from convlens.passes.coverage import Reader, readers, tally, unread
from convlens.passes.facts import Facts

Windows = Sequence[tuple[Node, tuple[Slide, ...]]]


class Passed(NamedTuple):
    """What the windows ``nodes`` leave of the value ``ref``, whose map has ``sizes`` pixels along the axes ``axes``.

    ``own`` counts for each of them the pixels between its windows, which no further window would read, ``unread`` those that
    no other reader of the value reads either. ``ends`` are the rows of each axis that nothing reads, and a further window
    would.
    """

    ref: Ref
    axes: tuple[int, ...]
    sizes: Shape
    nodes: tuple[Node, ...]
    own: tuple[int, ...]
    unread: int
    ends: tuple[int, ...]

    @property
    def pixels(self) -> int:
        return prod(self.sizes)


def passed_over(graph: Graph, facts: Facts, windows: Windows) -> Iterator[Passed]:
    """Every value of which a window leaves some pixels unread, with all windows that do so."""
    found: dict[Ref, dict[str, tuple[Slide, ...]]] = {}
    for node, slides in windows:
        if any(slide.seen is not None for slide in slides) and _may_be_judged(node):
            found.setdefault(node.inputs[0], {})[node.name] = slides
    for ref, culprits in found.items():
        try:
            yield _passed(graph, facts, ref, culprits)
        except TooIrregularError:  # pixels of too many kinds to count: nothing is said
            continue


def _may_be_judged(node: Node) -> bool:
    """Where offsets are computed, padding holds pixels, or a negative padding crops, a place unread may be read, or meant."""
    settings = node.op.settings()
    padding = settings.get("padding", 0)
    pixels = () if isinstance(padding, str) else tuple(side for pair in padding for side in pair)
    padded_with_pixels = settings.get("padding_mode", "zeros") != "zeros" and (isinstance(padding, str) or any(pixels))
    return node.op.name != "deform_conv" and not padded_with_pixels and min(pixels, default=0) >= 0


def _passed(graph: Graph, facts: Facts, ref: Ref, culprits: dict[str, tuple[Slide, ...]]) -> Passed:
    nodes = tuple(graph[name] for name in culprits)
    dims = facts.nodes[nodes[0].name].inputs[0].dims
    axes = tuple(sorted({slide.axis for slides in culprits.values() for slide in slides}))
    others = list(_others(graph, facts, ref, culprits, len(dims)))
    own = [_reader(slides, len(dims)) for slides in culprits.values()]
    endless = [_reader(tuple(slide.endless for slide in slides), len(dims)) for slides in culprits.values()]
    return Passed(
        ref, axes, tuple(dims[axis] for axis in axes), nodes,
        own=tuple(unread([each], dims, axes) for each in endless),
        unread=unread([*others, *endless], dims, axes),
        ends=tuple(_ends(others, own, endless, axis, dims[axis]) for axis in axes),
    )  # fmt: skip


def _reader(slides: tuple[Slide, ...], rank: int) -> Reader:
    along = {slide.axis: slide.seen for slide in slides}
    return tuple(along.get(axis) for axis in range(rank))


def _others(graph: Graph, facts: Facts, ref: Ref, culprits: dict[str, tuple[Slide, ...]], rank: int) -> Iterator[Reader]:
    """All other readers; one whose reading is not known, as the one who takes the network's output, reads everything."""
    everything: Reader = (None,) * rank
    if ref in graph.outputs:
        yield everything
    for user in graph.users(ref.node):
        known = facts.nodes.get(user.name)
        for at, read in enumerate(user.inputs):
            if read != ref or (user.name in culprits and at == 0):
                continue
            if known is None:
                yield everything
            else:
                yield from (port[at] for port in readers(user.op, known.inputs, known.outputs))


def _ends(others: list[Reader], own: list[Reader], endless: list[Reader], axis: int, size: int) -> int:
    now, further = ([reader[axis] for reader in [*others, *windows]] for windows in (own, endless))
    return tally(now, size).get(0, 0) - tally(further, size).get(0, 0)
