"""Where do the pixels of every map lie in the network's input, and do branches that meet lie alike?

For each axis of each tensor the pass keeps the line (`convlens.arith.line`) on which its pixels lie along an axis of a
network input. Where branches meet whose lines differ, what they say of one output was seen at different places: they are
misaligned. The pass notes it and goes on with the first branch.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from convlens.arith.line import STRAIGHT, Line, line_of
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.op import Along, Inputs, Op, Read
from convlens.ir.spec import Shape, TensorSpec
from convlens.passes.facts import Facts, NodeFacts
from convlens.passes.reads import reads_of


class Place(NamedTuple):
    """The pixels of an axis lie on ``line`` along axis ``axis`` of the network input ``input``."""

    input: str
    axis: int
    line: Line


Places = tuple[Place | None, ...]
"""A place for each axis of a tensor; None where it is not known, or all its pixels see the same."""


class Branch(NamedTuple):
    """Input ``at`` of a node, and where its pixels would lie in the node's output."""

    at: int
    place: Place


class Meeting(NamedTuple):
    """Along axis ``axis`` of its output ``port``, a node reads inputs whose pixels do not lie alike."""

    node: str
    port: int
    axis: int
    branches: tuple[Branch, ...]


class Sampling(NamedTuple):
    """Places by node and output port, those of the network's inputs among them, and all meetings of misaligned branches."""

    places: Mapping[str, tuple[Places, ...]]
    meetings: tuple[Meeting, ...]

    def of(self, ref: Ref) -> Places:
        """The places of a tensor; none where it has no facts."""
        ports = self.places.get(ref.node, ())
        return ports[ref.port] if ref.port < len(ports) else ()


class Turn(NamedTuple):
    """An output axis lies on ``line`` in the pixels of input axis ``axis``."""

    axis: int
    line: Line


Turns = tuple[Turn | None, ...]


def sampling(graph: Graph, facts: Facts) -> Sampling:
    """The places of every tensor that has facts, in one walk.

    >>> from convlens.ir.text import parse
    >>> from convlens.passes.facts import facts
    >>> graph = parse("input x: 1x3x224x224\\nc = conv(x, out=8, kernel=7x7, stride=2, padding=3)\\noutput c")
    >>> sampling(graph, facts(graph)).of(Ref("c"))[2]
    Place(input='x', axis=2, line=Line(rise=2, start=0, unit=1))
    """
    walk = _Walk()
    for item in graph.inputs:
        walk.places[item.name] = (_start(item.name, item.spec),)
    for node in graph:
        found = facts.nodes.get(node.name)
        if found is None:
            break
        walk.step(node, found)
    return Sampling(walk.places, tuple(walk.meetings))


class _Walk:
    """Networks repeat themselves, so each turn of each place is worked out once, and equal places are one object."""

    def __init__(self) -> None:
        self.places: dict[str, tuple[Places, ...]] = {}
        self.meetings: list[Meeting] = []
        self._ways: dict[int, _Ways] = {}
        self._made: dict[tuple[int, int], tuple[Places, Turns, Places]] = {}

    def step(self, node: Node, found: NodeFacts) -> None:
        """Equal operators on equal inputs share one object of facts."""
        ways = self._ways.get(id(found))
        if ways is None:
            ways = self._ways[id(found)] = _ways(node.op, found.inputs)
        if ways.only is None:
            self.places[node.name] = self._ports(node, ways)
        else:
            ref = node.inputs[0]
            places = self.places[ref.node][ref.port]
            self.places[node.name] = (places if ways.stay else self._turned(places, ways.only),)

    def _ports(self, node: Node, ways: "_Ways") -> tuple[Places, ...]:
        seen = [self.places[ref.node][ref.port] for ref in node.inputs]
        return tuple(
            [self._met(node.name, port, list(map(self._turned, seen, way)), rank) for port, (way, rank) in enumerate(ways.ports)]
        )

    def _turned(self, places: Places, turns: Turns) -> Places:
        known = self._made.get((id(places), id(turns)))
        if known is None:  # the objects are kept beside the result, so that their ids stay theirs
            made = tuple(None if turn is None else _through(places[turn.axis], turn.line) for turn in turns)
            known = self._made[id(places), id(turns)] = (places, turns, places if made == places else made)
        return known[2]

    def _met(self, node: str, port: int, branches: list[Places], rank: int) -> Places:
        if not branches:
            return (None,) * rank
        first, *others = branches
        for other in others:
            if other is not first:
                return tuple(self._met_along(node, port, axis, each) for axis, each in enumerate(zip(*branches, strict=True)))
        return first

    def _met_along(self, node: str, port: int, axis: int, each: tuple[Place | None, ...]) -> Place | None:
        known = [Branch(at, place) for at, place in enumerate(each) if place is not None]
        if not known:
            return None
        first = known[0].place
        comparable = tuple(branch for branch in known if branch.place[:2] == first[:2])
        if any(branch.place != first for branch in comparable):
            self.meetings.append(Meeting(node, port, axis, comparable))
        return first


def _start(name: str, spec: TensorSpec) -> Places:
    return tuple(Place(name, axis, STRAIGHT) if size > 1 else None for axis, size in enumerate(spec.dims))


def _through(place: Place | None, line: Line) -> Place | None:
    if place is None or line == STRAIGHT:
        return place
    return place._replace(line=place.line.of(line))


class _Ways(NamedTuple):
    """For each output: the turns of each input, and how many axes it has. ``only`` are those of the only input in the only
    output, and ``stay`` says that they leave all pixels in their places.
    """

    ports: tuple[tuple[tuple[Turns, ...], int], ...]
    only: Turns | None
    stay: bool


@lru_cache(maxsize=8192)
def _ways(op: Op, xs: Inputs) -> _Ways:
    ports = tuple(
        (tuple(_turns(read, x.dims, out.dims) for read, x in zip(way, xs, strict=True)), out.rank)
        for way, out in zip(reads_of(op, xs), op.outputs(xs), strict=True)
    )
    if len(ports) != 1 or len(xs) != 1:
        return _Ways(ports, None, stay=False)
    (turns,), _ = ports[0]
    return _Ways(ports, turns, stay=turns == tuple(Turn(axis, STRAIGHT) for axis in range(xs[0].rank)))


def _turns(read: Read, dims: Shape, out: Shape) -> Turns:
    """What is one pixel wide before it is spread says nothing of where."""
    found: list[Turn | None] = [None] * len(out)
    for axis, along in enumerate(read):
        if isinstance(along, Along) and along.axis is not None and (dims[axis] > 1 or out[along.axis] == 1):
            line = line_of(along.map)
            found[along.axis] = None if line is None else Turn(axis, line)
    return _shared(tuple(found))


@lru_cache(maxsize=1024)
def _shared(turns: Turns) -> Turns:
    """One object for equal turns."""
    return turns
