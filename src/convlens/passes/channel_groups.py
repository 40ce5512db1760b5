"""Which channels never meet behind several grouped layers?

A grouped layer reads its channels in separate blocks. The pass follows the blocks of the first one through everything that
hands each channel on by itself or takes channels from fixed places, as a shuffle does (`Op.reads`), and joins those that a
later block reads together. It ends where all channels are read together, or several inputs meet.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from convlens.arith.axis import IDENTITY, AxisMap
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.op import Along, Inputs, Op
from convlens.passes.facts import Facts


class Groups(NamedTuple):
    """A layer that reads the channels, axis ``axis`` of its first input, in ``number`` blocks of neighbours."""

    axis: int
    number: int


class Isolation(NamedTuple):
    """Behind all of ``layers`` the channels fall into ``parts`` sets, each of which saw other blocks of the first layer."""

    layers: tuple[str, ...]
    parts: int


class _Chain(NamedTuple):
    """The last grouped layer so far, and the chain before it."""

    last: str
    rest: "_Chain | None" = None

    def layers(self) -> tuple[str, ...]:
        names, at = [self.last], self.rest
        while at is not None:
            names.append(at.last)
            at = at.rest
        return tuple(names[::-1])


class _State(NamedTuple):
    """The grouped layers so far, the axis of the channels, and for each channel the number of its set."""

    chain: _Chain
    axis: int
    labels: tuple[int, ...]


def isolations(graph: Graph, facts: Facts, grouped: Mapping[str, Groups]) -> list[Isolation]:
    """The longest chains of at least two of these grouped layers behind which channels are still apart."""
    seen: dict[Ref, _State] = {}
    fixed: set[str] = set()
    found: dict[str, _State] = {}
    for node in graph:
        if node.name not in facts.nodes:
            continue
        if all(ref.node in fixed for ref in node.inputs):
            fixed.add(node.name)  # it depends on no data
        at, before = _only_state(node, seen, fixed)
        if node.name in grouped:
            state = _grouped(node, before, grouped[node.name], facts)
            found.pop(before.chain.last if before is not None else "", None)
            if state.chain.rest is not None:
                found[node.name] = state
            seen[Ref(node.name)] = state
        elif before is not None:
            seen.update(_handed_on(node, at, before, facts))
    return [Isolation(state.chain.layers(), len(set(state.labels))) for state in found.values()]


def _only_state(node: Node, seen: Mapping[Ref, _State], fixed: set[str]) -> tuple[int, _State | None]:
    """Which input depends on data, and its state; None where several do."""
    data = [at for at, ref in enumerate(node.inputs) if ref.node not in fixed]
    return (data[0], seen.get(node.inputs[data[0]])) if len(data) == 1 else (0, None)


def _grouped(node: Node, before: _State | None, groups: Groups, facts: Facts) -> _State:
    """Behind a grouped layer; where all channels have met, it is the first one of a new chain."""
    each = facts.nodes[node.name].outputs[0].dims[groups.axis] // groups.number
    if before is not None and before.axis == groups.axis:
        step = len(before.labels) // groups.number
        labels = _joined([before.labels[at : at + step] for at in range(0, len(before.labels), step)])
        if len(set(labels)) > 1:
            return _State(_Chain(node.name, before.chain), groups.axis, tuple(label for label in labels for _ in range(each)))
    return _State(_Chain(node.name), groups.axis, _blocks(groups.number, each))


@lru_cache(maxsize=256)
def _blocks(count: int, each: int) -> tuple[int, ...]:
    return tuple(block for block in range(count) for _ in range(each))


def _handed_on(node: Node, at: int, before: _State, facts: Facts) -> dict[Ref, _State]:
    """The state of every output that reads the channels at fixed places."""
    known = facts.nodes[node.name]
    made: dict[Ref, _State] = {}
    for port, way in enumerate(_ways(node.op, known.inputs, at, before.axis)):
        if way is None or way.axis is None:
            continue
        labels = before.labels
        if way.map != IDENTITY:
            places = _places(way.map, known.outputs[port].dims[way.axis], len(labels))
            labels = _joined([tuple(labels[c] for c in place) for place in places])
        if len(set(labels)) > 1:
            made[Ref(node.name, port)] = _State(before.chain, way.axis, labels)
    return made


@lru_cache(maxsize=1024)
def _ways(op: Op, xs: Inputs, at: int, axis: int) -> tuple[Along | None, ...]:
    """For each output: how it reads this axis of this input, where one map says it."""
    ways = [reads[at][axis] if axis < len(reads[at]) else None for reads in op.reads(xs)]
    return tuple(way if isinstance(way, Along) else None for way in ways)


@lru_cache(maxsize=256)
def _places(axis_map: AxisMap, out: int, size: int) -> tuple[tuple[int, ...], ...]:
    """The channels that each of ``out`` channels reads."""
    runs = (axis_map.at(y) for y in range(out))
    return tuple(tuple(c for low, high in each for c in range(max(low, 0), min(high, size - 1) + 1)) for each in runs)


def _joined(blocks: list[tuple[int, ...]]) -> tuple[int, ...]:
    """For each block the number of its set, once all sets that a block holds together are one.

    >>> _joined([(0, 0), (0, 1), (2, 2)])
    (0, 0, 2)
    """
    root: dict[int, int] = {}

    def find(label: int) -> int:
        while root.get(label, label) != label:
            label = root[label]
        return label

    for block in blocks:
        for label in set(block[1:]):
            first, other = sorted((find(block[0]), find(label)))
            root[other] = first
    return tuple(find(block[0]) if block else -1 for block in blocks)
