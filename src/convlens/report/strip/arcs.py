"""Connections between blocks that do not stand side by side: arcs above them, each on a level of its own where they meet."""

from collections.abc import Sequence
from typing import NamedTuple

from convlens.ir.graph import Node
from convlens.report.strip.fold import Item

MAX_LEVELS = 10
"""Above so many levels an arc is left out, and it is said how many."""

Edge = tuple[int, int]
"""From one block to a later one, by their places."""


class Arc(NamedTuple):
    """A piece of a connection in one row: from block ``start`` to ``stop``; None at an end that lies in another row.

    ``number`` tells the pieces of one connection from those of others; 0 where it has one piece.
    """

    start: int | None
    stop: int | None
    level: int
    number: int


def edges(nodes: Sequence[Node], items: Sequence[Item]) -> list[Edge]:
    """Which block reads which, once each, without what goes on inside a block."""
    place = {nodes[at].name: number for number, item in enumerate(items) for at in range(item.first, item.stop)}
    found: dict[Edge, None] = {}
    for number, item in enumerate(items):
        for at in range(item.first, item.stop):
            for ref in nodes[at].inputs:
                source = place.get(ref.node)
                if source is not None and source < number:
                    found[source, number] = None
    return list(found)


def arcs(found: Sequence[Edge], rows: Sequence[range]) -> tuple[list[list[Arc]], int]:
    """The arcs of every row, and how many connections found no level."""
    row_of = {at: number for number, row in enumerate(rows) for at in row}
    taken: list[list[list[tuple[int, int]]]] = [[] for _ in rows]
    made: list[list[Arc]] = [[] for _ in rows]
    left_out = number = 0
    for start, stop in sorted((e for e in found if e[1] - e[0] > 1 or row_of[e[0]] != row_of[e[1]]), key=lambda e: e[1] - e[0]):
        one, other = row_of[start], row_of[stop]
        if one != other and stop - start == 1:
            continue
        pieces = [(one, start, stop)] if one == other else [(one, start, rows[one].stop), (other, rows[other].start - 1, stop)]
        levels = [_level(taken[row], left, right) for row, left, right in pieces]
        if max(levels) >= MAX_LEVELS:
            left_out += 1
            continue
        number += len(pieces) > 1
        for (row, left, right), level in zip(pieces, levels, strict=True):
            taken[row] += [[] for _ in range(level + 1 - len(taken[row]))]
            taken[row][level].append((left, right))
            inside = len(pieces) == 1
            made[row].append(
                Arc(left if left in rows[row] else None, right if right in rows[row] else None, level, 0 if inside else number)
            )
    return made, left_out


def _level(taken: list[list[tuple[int, int]]], left: int, right: int) -> int:
    """The lowest level on which nothing else passes there."""
    free = (at for at, spans in enumerate(taken) if all(right <= a or b <= left for a, b in spans))
    return next(free, len(taken))
