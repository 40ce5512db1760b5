"""The smallest input with which a network does something, found by trying sizes."""

from collections.abc import Callable
from dataclasses import replace

from convlens.ir.graph import Graph, Input
from convlens.ir.spec import Shape

Predicate = Callable[[Graph], bool]

FARTHEST = 4096
"""Pixels that an input grows by at most."""

NEAR = 64
"""So many sizes from the smallest one on are tried one by one."""

MOST_NODES = 100_000
"""So many layers are looked at, over all trials."""


def images(graph: Graph, axes: int) -> tuple[Input, ...]:
    """The inputs that are maps of so many spatial axes: N, C and space, or C and space where there is none with a batch."""
    batched = tuple(item for item in graph.inputs if item.spec.rank == axes + 2)
    return batched or tuple(item for item in graph.inputs if item.spec.rank == axes + 1)


def at_least(graph: Graph, axes: int, size: int) -> Graph:
    """The network on maps of at least ``size`` pixels along each axis."""
    maps = images(graph, axes)
    return replace(graph, inputs=tuple(_enlarged(item, axes, size) if item in maps else item for item in graph.inputs))


def _enlarged(item: Input, axes: int, size: int) -> Input:
    dims = item.spec.dims
    return Input(item.name, item.spec.with_dims((*dims[:-axes], *(max(n, size) for n in dims[-axes:]))))


class _SpentError(Exception):
    """Enough was tried."""


def smallest(graph: Graph, axes: int, is_large: Predicate, works: Predicate) -> Shape | None:
    """The spatial sizes of the smallest larger input on which the network works; None where none was found.

    ``is_large`` must stay true from some size on; from the first such size on, ``works`` is asked of each of `NEAR` sizes.
    """
    maps = images(graph, axes)
    if graph.broken is not None or not maps:
        return None
    left = MOST_NODES // max(len(graph.nodes), 1)

    def holds(predicate: Predicate, size: int) -> bool:
        nonlocal left
        left -= 1
        if left < 0:
            raise _SpentError
        return predicate(at_least(graph, axes, size))

    try:
        first = _first(min(n for item in maps for n in item.spec.dims[-axes:]), lambda size: holds(is_large, size))
        found = next((size for size in range(first, first + NEAR) if holds(works, size)), 0) if first else 0
    except _SpentError:
        return None
    return _enlarged(maps[0], axes, found).spec.dims[-axes:] if found else None


def _first(start: int, holds: Callable[[int], bool]) -> int:
    """The first size above ``start`` from which on it holds: steps twice as large each time, then halves. 0: none found.

    >>> _first(32, lambda size: size >= 75), _first(32, lambda size: False)
    (75, 0)
    """
    below, step = start, 1
    while not holds(start + step):
        below, step = start + step, 2 * step
        if step > FARTHEST:
            return 0
    above = start + step
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (below, middle) if holds(middle) else (middle, above)
    return above
