"""How wide is the smallest window through which each node sees the input: that of the shortest path, for each axis.

A skip connection makes a path that passes its block by, so the receptive field through it stays as small as it was. Where
branches meet, the smaller window is kept. A window is the hull of what is read, from its first pixel to its last.

Source: Richter, Schöning, Wiedenroth, Krumnack, "Should You Go Deeper?", ICMLA 2021, arXiv:2106.12307, on residual paths.
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import NamedTuple

from convlens.arith.axis import AxisMap
from convlens.ir.graph import Graph
from convlens.ir.op import WHOLE, Along, AxisRead, Inputs, Op
from convlens.passes.facts import Facts
from convlens.passes.receptive_field import moving_reads

Step = int | Fraction


class Reach(NamedTuple):
    """One input axis is seen through windows of ``size`` pixels, ``step`` pixels apart along axis ``axis`` of the value.

    ``axis`` None: every place sees the same pixels.
    """

    size: int
    step: Step
    axis: int | None


Reaches = tuple[Reach, ...]
"""An entry for each spatial axis of the input."""


def shortest_paths(graph: Graph, facts: Facts) -> Mapping[str, Mapping[str, Reaches]]:
    """For each network input with space: what its nodes see of it along their shortest path, where that can be told."""
    return {item.name: _walk(graph, facts, item.name, item.spec.dims) for item in graph.inputs if item.spec.rank >= 3}


def _walk(graph: Graph, facts: Facts, name: str, dims: tuple[int, ...]) -> Mapping[str, Reaches]:
    seen: dict[str, Reaches] = {name: tuple(Reach(1, 1, axis) for axis in range(2, len(dims)))}
    alike: dict[int, tuple[_Way, ...]] = {}
    for node in graph:
        known = facts.nodes.get(node.name)
        if known is None:
            break
        ways = alike.get(id(known))
        if ways is None:
            ways = alike[id(known)] = _ways(node.op, known.inputs)
        branches = [
            through
            for ref, way in zip(node.inputs, ways, strict=True)
            if (reaches := seen.get(ref.node)) and (through := _through(reaches, way, dims) if way else reaches)
        ]
        if branches:
            seen[node.name] = branches[0] if len(branches) == 1 else _smallest(branches)
    del seen[name]
    return seen


class _Window(NamedTuple):
    """What an output reads of an axis: ``size`` places, and ``step`` places on for the next output along ``axis``."""

    size: int
    step: Step
    axis: int | None


_Way = tuple[_Window | None, ...] | None
"""A window for each axis of an input: None where all of it is read, or it cannot be told. No windows: its own place only."""


@lru_cache(maxsize=8192)
def _ways(op: Op, xs: Inputs) -> tuple[_Way, ...]:
    """How an operator's first output reads each of its inputs."""
    reads = zip(moving_reads(op, xs)[0], xs, strict=True)
    return tuple(None if read is None else tuple(map(_window, read, x.dims)) for read, x in reads)


def _window(read: AxisRead, length: int) -> _Window | None:
    if read is WHOLE:
        return _Window(length, 0, None)
    if not isinstance(read, Along) or read.map.finite:
        return None
    return _Window(read.map.sizes[1], _step(read.map), read.axis)


def _step(axis_map: AxisMap) -> Step:
    step = abs(axis_map.stride)
    return step.numerator if step.denominator == 1 else step


@lru_cache(maxsize=8192)
def _through(reaches: Reaches, way: tuple[_Window | None, ...], dims: tuple[int, ...]) -> Reaches | None:
    """What is seen through windows behind; None where an axis can be followed no further."""
    found = []
    for axis, reach in enumerate(reaches, 2):
        window = None if reach.axis is None else way[reach.axis] if reach.axis < len(way) else None
        if reach.axis is None:
            found.append(reach)
        elif window is None:
            return None
        elif window.axis is None and window.step == 0 and window.size > 1:
            found.append(Reach(dims[axis], 0, None))
        else:
            step = reach.step * window.step
            found.append(Reach(reach.size + ceil((window.size - 1) * reach.step), step, window.axis))
    return tuple(found)


def _smallest(branches: list[Reaches]) -> Reaches:
    first, *rest = branches
    for other in rest:
        if other != first:
            first = tuple(min(a, b, key=lambda reach: reach.size) for a, b in zip(first, other, strict=True))
    return first
