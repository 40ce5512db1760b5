"""Two sequences laid side by side so that the pairs are as alike as possible, their order kept."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

from convlens.ir.graph import Node

MAX_CELLS = 4_000_000
"""A longer pair of sequences is first cut at nodes of the same name and operator."""

Pair = tuple[Node, Node]
Likeness = Callable[[Node, Node], int]


def aligned(a: Sequence[Node], b: Sequence[Node], likeness: Likeness) -> Iterator[Pair]:
    """Pairs of like nodes in the order of both sequences, with the largest sum of ``likeness``.

    Takes time in proportion to the product of the lengths between the equal beginning and the equal end. Source: Needleman &
    Wunsch, Journal of Molecular Biology 48(3), 1970, with gaps for nothing.
    """
    first = _equal_ends(a, b)
    yield from zip(a[:first], b[:first], strict=True)
    a, b = a[first:], b[first:]
    last = _equal_ends(a[::-1], b[::-1])
    rest_a, rest_b = a[: len(a) - last], b[: len(b) - last]
    if len(rest_a) * len(rest_b) <= MAX_CELLS:
        yield from _best_pairs(rest_a, rest_b, likeness)
    else:
        yield from _cut(rest_a, rest_b, likeness)
    yield from zip(a[len(a) - last :], b[len(b) - last :], strict=True)


def _equal_ends(a: Sequence[Node], b: Sequence[Node]) -> int:
    """How many nodes from the beginning have the same name and operator."""
    for at, (one, other) in enumerate(zip(a, b, strict=False)):
        if one.name != other.name or one.op != other.op:
            return at
    return min(len(a), len(b))


def _best_pairs(a: Sequence[Node], b: Sequence[Node], likeness: Likeness) -> list[Pair]:
    above = [0] * (len(b) + 1)
    steps: list[bytearray] = []
    for one in a:
        row, step = [0], bytearray(len(b))
        for at, other in enumerate(b):
            best, step[at] = (above[at + 1], 1) if above[at + 1] >= row[at] else (row[at], 2)
            like = likeness(one, other)
            if like and above[at] + like > best:
                best, step[at] = above[at] + like, 0
            row.append(best)
        steps.append(step)
        above = row
    return _walked_back(a, b, steps)


def _walked_back(a: Sequence[Node], b: Sequence[Node], steps: list[bytearray]) -> list[Pair]:
    i, j = len(a) - 1, len(b) - 1
    pairs: list[Pair] = []
    while i >= 0 and j >= 0:
        step = steps[i][j]
        if step == 0:
            pairs.append((a[i], b[j]))
        i -= step != 2
        j -= step != 1
    return pairs[::-1]


def _cut(a: Sequence[Node], b: Sequence[Node], likeness: Likeness) -> Iterator[Pair]:
    """The pieces between nodes of the same name and operator; a piece that is still too long stays without pairs."""
    from_a = from_b = 0
    for at_a, at_b in [*_anchors(a, b), (len(a), len(b))]:
        piece_a, piece_b = a[from_a:at_a], b[from_b:at_b]
        if len(piece_a) * len(piece_b) <= MAX_CELLS:
            yield from _best_pairs(piece_a, piece_b, likeness)
        if at_a < len(a):
            yield a[at_a], b[at_b]
        from_a, from_b = at_a + 1, at_b + 1


def _anchors(a: Sequence[Node], b: Sequence[Node]) -> list[tuple[int, int]]:
    """Places of the same name and operator in both: the longest run of them that is in order in both."""
    place = {node.name: at for at, node in enumerate(b)}
    common = [(at, place[node.name]) for at, node in enumerate(a) if node.name in place and b[place[node.name]].op == node.op]
    ends: list[int] = []
    tails: list[int] = []
    before = [-1] * len(common)
    for at, (_, in_b) in enumerate(common):
        length = bisect_left(ends, in_b)
        ends[length:] = [in_b, *ends[length + 1 :]]
        tails[length:] = [at, *tails[length + 1 :]]
        before[at] = tails[length - 1] if length else -1
    return _chain(common, before, tails[-1] if tails else -1)


def _chain(common: list[tuple[int, int]], before: list[int], last: int) -> list[tuple[int, int]]:
    chain = []
    while last >= 0:
        chain.append(common[last])
        last = before[last]
    return chain[::-1]
