"""The way of one input axis through a network, written down once: how its length grows from map to map, and which maps meet.

Equal networks have equal programs, whatever their channels and names, so what is asked of one is worked out once.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import NamedTuple

from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.op import Along, Inputs, Op
from convlens.passes.facts import Facts, NodeFacts
from convlens.passes.growth import KEEP, Asked, Growth, growth
from convlens.passes.reads import reads_of

Way = Growth | Asked
Axis = tuple[str, int]
"""An axis of a network input."""


class Program(NamedTuple):
    """Map 0 is the input; step i makes map i + 1 from another one. ``meets`` are maps that must be equally long."""

    steps: tuple[tuple[int, Way], ...]
    meets: tuple[tuple[int, int], ...]

    def lengths(self, n: int) -> list[int] | None:
        """The length of every map for an input of ``n``; None where the network does not run."""
        found = [n]
        for source, way in self.steps:
            length = way.length(found[source])
            if length < 1:
                return None
            found.append(length)
        return found if all(found[a] == found[b] for a, b in self.meets) else None

    def jumps(self) -> list[Fraction | None]:
        """Input pixels from one pixel of each map to the next; None where a map has a length of its own."""
        found: list[Fraction | None] = [Fraction(1)]
        for source, way in self.steps:
            jump = found[source]
            own = Fraction(way.step, way.gain) if isinstance(way, Growth) and way.gain else None
            found.append(None if jump is None or own is None else jump * own)
        return found

    def skew(self, lengths: list[int], jumps: list[Fraction | None], goal: int) -> Fraction | None:
        """``(n - 1) - (first + last)`` of map ``goal``, in input pixels: 0 where its grid is centred."""
        total = Fraction(0)
        while goal:
            source, way = self.steps[goal - 1]
            own, jump = way.skew(lengths[source]), jumps[source]
            if own is None or jump is None:
                return None
            total, goal = total + jump * own, source
        return total

    def period(self) -> int:
        """What fits ``n`` fits ``n + period``, once all kernels fit."""
        return lcm(*(jump.numerator for jump in self.jumps() if jump is not None))


Track = tuple[tuple[int, Axis, int], ...]
"""Of a tensor: its axes that are followed, the input axis that each comes from, and its map in that one's program."""


class Programs(NamedTuple):
    """The program of each input axis, and by node and output port which map an axis is."""

    of: Mapping[Axis, Program]
    tracks: Mapping[str, tuple[Track, ...]]

    def map_of(self, ref: Ref, axis: int) -> tuple[Axis, int] | None:
        """The input axis that an axis of a tensor comes from, and its map in that program; None where it is not followed."""
        return next(((key, at) for a, key, at in self.tracks[ref.node][ref.port] if a == axis), None)


def programs(graph: Graph, facts: Facts, axes: Iterable[Axis]) -> Programs:
    """The programs of these input axes. Where the shapes break, they end with what meets there.

    A resize that states its size, as a captured one does, is taken to follow the map that it meets.
    """
    walk = _Walk(graph, axes)
    for node in graph:
        found = facts.nodes.get(node.name)
        if found is None:
            break
        walk.step(node, found)
    if facts.broken is not None and facts.broken.name not in facts.nodes:
        walk.meet_broken(facts.broken)
    return Programs({axis: made.program() for axis, made in walk.making.items()}, walk.tracks)


class _Making:
    """One program on its way."""

    def __init__(self) -> None:
        self.steps: list[tuple[int, Way]] = []
        self.follows: list[bool] = [True]
        self.meets: dict[tuple[int, int], None] = {}
        self._known: dict[tuple[int, int], int] = {}

    def grown(self, source: int, way: Way) -> int:
        """Equal growths are one object."""
        if way is KEEP:
            return source
        at = self._known.get((source, id(way)))
        if at is None:
            self.steps.append((source, way))
            self.follows.append(self.follows[source] and (isinstance(way, Asked) or way.gain > 0))
            at = self._known[source, id(way)] = len(self.steps)
        return at

    def met(self, maps: list[int]) -> int:
        following = [at for at in dict.fromkeys(maps) if self.follows[at]]
        for other in following[1:]:
            self.meets[following[0], other] = None
        return following[0] if following else maps[0]

    def program(self) -> Program:
        return Program(tuple(self.steps), tuple(self.meets))


class _Walk:
    def __init__(self, graph: Graph, axes: Iterable[Axis]) -> None:
        self.making: dict[Axis, _Making] = {axis: _Making() for axis in axes}
        self.tracks: dict[str, tuple[Track, ...]] = {
            item.name: (tuple((a, (item.name, a), 0) for a in range(item.spec.rank) if (item.name, a) in self.making),)
            for item in graph.inputs
        }
        self._made: dict[tuple[int, ...], tuple[list[Track], tuple[Track, ...]]] = {}

    def step(self, node: Node, found: NodeFacts) -> None:
        """Equal operators on equal inputs share one object of facts, so equal steps are worked out once."""
        tracks = self.tracks
        seen = [tracks[ref.node][ref.port] for ref in node.inputs]
        key = (id(found), id(seen[0])) if len(seen) == 1 else (id(found), *map(id, seen))
        known = self._made.get(key)
        if known is None:  # the objects are kept beside the result, so that their ids stay theirs
            known = self._made[key] = (seen, self._ports(node, found, seen))
        tracks[node.name] = known[1]

    def _ports(self, node: Node, found: NodeFacts, seen: list[Track]) -> tuple[Track, ...]:
        followed = [track for track in seen if track]
        if not followed:
            return ((),) * len(found.outputs)
        ways, stay = _ways(node.op, found.inputs, tuple([tuple([axis for axis, _, _ in track]) for track in seen]))
        if stay and all(track is followed[0] for track in followed):
            return (followed[0],)
        ports = (self._joined(seen, way) for way in ways)
        return tuple(next((track for track in seen if track == port), port) for port in ports)

    def _joined(self, seen: list[Track], ways: "_Way") -> Track:
        joined = ((axis, self._along(seen, sources)) for axis, sources in ways)
        return tuple((axis, *made) for axis, made in joined if made is not None)

    def _along(self, seen: list[Track], sources: tuple[tuple[int, int, Way], ...]) -> tuple[Axis, int] | None:
        maps: dict[Axis, list[int]] = {}
        for at, which, way in sources:
            _, key, source = seen[at][which]
            maps.setdefault(key, []).append(self.making[key].grown(source, way))
        key = next(iter(maps))
        return key, self.making[key].met(maps[key])

    def meet_broken(self, node: Node) -> None:
        """What meets at a node that cannot take its inputs: axes of the same number, counted from the last."""
        seen = [self.tracks[ref.node][ref.port] for ref in node.inputs if ref.node in self.tracks]
        for key, making in self.making.items():
            maps = [at for track in seen for _, other, at in track if other == key]
            if maps:
                making.met(maps)


_Way = tuple[tuple[int, tuple[tuple[int, int, Way], ...]], ...]
"""For each output axis that follows an input axis: the inputs, which of their followed axes, and how it grows."""


@lru_cache(maxsize=8192)
def _ways(op: Op, xs: Inputs, followed: tuple[tuple[int, ...], ...]) -> tuple[tuple[_Way, ...], bool]:
    """For each output, and whether there is one, all of whose axes stay what they are."""
    ways = tuple(_way_to(op, xs, followed, port) for port in range(len(op.outputs(xs))))
    kept = {(at, followed[at][which], axis) for way in ways for axis, sources in way for at, which, by in sources if by is KEEP}
    return ways, len(ways) == 1 and all((at, axis, axis) in kept for at, axes in enumerate(followed) for axis in axes)


def _way_to(op: Op, xs: Inputs, followed: tuple[tuple[int, ...], ...], port: int) -> _Way:
    found: dict[int, list[tuple[int, int, Way]]] = {}
    reads = reads_of(op, xs)[port]
    for at, axes in enumerate(followed):
        for which, axis in enumerate(axes):
            read, way = reads[at][axis], growth(op, xs, at, axis, port)
            if isinstance(read, Along) and read.axis is not None and way is not None:
                found.setdefault(read.axis, []).append((at, which, way))
    return tuple((axis, tuple(sources)) for axis, sources in found.items())
