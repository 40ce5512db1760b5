"""Pixels that a window passes over: between two steps, or behind the last one, and whether another branch reads them."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import prod
from typing import NamedTuple

from convlens.arith.axis import TooIrregularError
from convlens.arith.combs import tally
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.spec import Shape
from convlens.linting.windows import KEPT, Slide
from convlens.ops._window import Window
from convlens.passes.coverage import Reader, readers, unread
from convlens.passes.facts import Facts

Axes = tuple[int, ...]
Windows = Sequence[tuple[Node, tuple[Slide, ...]]]


class Passed(NamedTuple):
    """What the windows ``nodes`` leave of the value ``ref``, whose map has ``sizes`` pixels along the axes ``axes``.

    ``own`` counts for each of them the pixels between its windows, which no further window would read, ``unread`` those that
    no other reader of the value reads either. ``ends`` are the rows of each axis that nothing reads, and a further window
    would.
    """

    ref: Ref
    axes: Axes
    sizes: Shape
    nodes: tuple[Node, ...]
    own: tuple[int, ...]
    unread: int
    ends: Axes

    @property
    def pixels(self) -> int:
        return prod(self.sizes)


def passed_over(graph: Graph, facts: Facts, windows: Windows) -> Iterator[Passed]:
    """Every value of which a window leaves some pixels unread, with all windows that do so."""
    found: dict[Ref, dict[str, tuple[Slide, ...]]] = {}
    for node, slides in windows:
        if _leaves_some(slides) and _may_be_judged(node):
            found.setdefault(node.inputs[0], {})[node.name] = slides
    for ref, culprits in found.items():
        try:
            yield _passed(graph, facts, ref, culprits)
        except TooIrregularError:  # pixels of too many kinds to count: nothing is said
            continue


@lru_cache(maxsize=KEPT)
def _leaves_some(slides: tuple[Slide, ...]) -> bool:
    return any(slide.seen is not None for slide in slides)


def _may_be_judged(node: Node) -> bool:
    """Where offsets are computed, or a negative padding crops, a place unread may be read, or meant."""
    crops = any(side < 0 for side in _padding(node))
    return node.op.name != "deform_conv" and not crops and not _pads_with_pixels(node)


def _pads_with_pixels(node: Node) -> bool:
    """Padding that repeats pixels reads more of them than the windows say."""
    return node.op.settings().get("padding_mode", "zeros") != "zeros" and any(_padding(node))


def _padding(node: Node) -> list[int]:
    """Pixels on every side; 1 where a word says it."""
    padding = node.op.settings().get("padding", ())
    return [int(padding != "valid")] if isinstance(padding, str) else [side for pair in padding for side in pair]


def _passed(graph: Graph, facts: Facts, ref: Ref, culprits: dict[str, tuple[Slide, ...]]) -> Passed:
    nodes = tuple(graph[name] for name in culprits)
    dims = facts.nodes[nodes[0].name].inputs[0].dims
    axes = tuple(sorted({slide.axis for slides in culprits.values() for slide in slides}))
    own = tuple(_between(slides, dims, axes) for slides in culprits.values())
    others = tuple(_others(graph, facts, ref, culprits, len(dims)))
    by_nobody, ends = _left(others, tuple(culprits.values()), dims, axes)
    return Passed(ref, axes, tuple(dims[axis] for axis in axes), nodes, own, by_nobody, ends)


@lru_cache(maxsize=KEPT)
def _between(slides: tuple[Slide, ...], dims: Shape, axes: Axes) -> int:
    """Pixels that no window reads, and none would however far they went on."""
    return unread([_endless(slides, len(dims))], dims, axes)


def _left(others: tuple[Reader, ...], culprits: Sequence[tuple[Slide, ...]], dims: Shape, axes: Axes) -> tuple[int, Axes]:
    """How many pixels nobody reads, and how many rows of each axis nobody reads that further windows would."""
    if any(all(reader[axis] is None for axis in axes) for reader in others):
        return 0, (0,) * len(axes)
    now = [*others, *(_reader(slides, len(dims)) for slides in culprits)]
    further = [*others, *(_endless(slides, len(dims)) for slides in culprits)]
    return unread(further, dims, axes), tuple(_rows(now, axis, dims) - _rows(further, axis, dims) for axis in axes)


def _rows(readers: list[Reader], axis: int, dims: Shape) -> int:
    """Rows that nobody reads; who reads nothing along another axis reads nothing at all."""
    return tally([reader[axis] for reader in readers if () not in reader], dims[axis]).get(0, 0)


def _endless(slides: tuple[Slide, ...], rank: int) -> Reader:
    return _reader(tuple(slide.endless for slide in slides), rank)


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
            if known is None or (isinstance(user.op, Window) and _pads_with_pixels(user)):
                yield everything
            else:
                yield from (port[at] for port in readers(user.op, known.inputs, known.outputs))
