"""What uneven overlaps leave on the layers behind them: the response of the network to an image of ones, axis by axis.

A layer that sums more taps for some outputs than for others paints a pattern that repeats (`convlens.arith.pattern`).
It is followed from there to the outputs of the network, as if every layer were linear, had weights of one and no border:

- a layer with MACs sums what it reads: a convolution evens out some patterns, and dampens or repeats others;
- pooling, resizing, parts and copies take the mean of what they read, weighed as they weigh it; activations and
  normalisations change no proportion;
- what branches add or put side by side is brought to the same mean before, because initialisation and normalisation give
  branches a like size, while plain path counts would let the deeper branch hide the other;
- what is multiplied or divided is so pixel by pixel.

So in a chain the numbers are path counts, and the pattern of a whole image is the product of those of its axes. Where
branches meet, the pattern along an axis is that of the image averaged over its other axes, which is exact, but the
product of axes is not (``joined``).
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from convlens.arith.pattern import EVEN, Pattern, pattern
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.op import Inputs, Op, Read
from convlens.linting.carried import Imprint, Parts
from convlens.linting.overlap import own_taps
from convlens.passes.facts import Facts, NodeFacts


class Imprints(NamedTuple):
    """Of every value that has one, those ``ends`` that the network gives away, and by layer the ends that it helped to make."""

    of: Mapping[Ref, Imprint]
    ends: tuple[Imprint, ...]
    behind: Mapping[str, list[Imprint]]


NOTHING = Imprints({}, (), {})


def imprints(graph: Graph, facts: Facts, starts: Sequence[str]) -> Imprints:
    """Follow the patterns that begin at the nodes ``starts``. A network that breaks ends with its last values."""
    if not starts:
        return NOTHING
    found: dict[Ref, Imprint] = {}
    touched = set(starts)
    for node in graph:
        known = facts.nodes.get(node.name)
        if known is not None and (node.name in touched or any(ref in found for ref in node.inputs)):
            found |= {Ref(node.name, port): made for port, made in _left_by(node, known, [found.get(ref) for ref in node.inputs])}
    outputs = graph.outputs if facts.broken is None else [ref for ref in found if not _known_users(graph, facts, ref)]
    ends = tuple(found[ref] for ref in dict.fromkeys(outputs) if ref in found)
    behind: dict[str, list[Imprint]] = {}
    for end in ends:
        for layer in end.layers:
            behind.setdefault(layer, []).append(end)
    return Imprints(found, ends, behind)


def _known_users(graph: Graph, facts: Facts, ref: Ref) -> list[Node]:
    return [user for user in graph.users(ref.node) if user.name in facts.nodes]


def _own(node: Node, known: NodeFacts) -> dict[int, Pattern]:
    """The pattern that a layer makes of an even input, for each axis of its output that is uneven."""
    counts = own_taps(node.op, known.inputs[0]) if known.inputs else ()
    first = known.outputs[0].rank - len(counts)
    return {axis: made for axis, made in enumerate(map(pattern, counts), first) if made != EVEN}


def _left_by(node: Node, known: NodeFacts, given: list[Imprint | None]) -> Iterator[tuple[int, Imprint]]:
    own = _own(node, known)
    before = [imprint for imprint in given if imprint is not None]
    layers = tuple(dict.fromkeys([layer for imprint in before for layer in imprint.layers] + [node.name] * bool(own)))
    stacked = any(imprint.stacked or (own and imprint.axes) for imprint in before)
    for port, reads in enumerate(_reads(node.op, known.inputs)):
        parts = Parts(node.op, known, known.outputs[port])
        for read, x, imprint in zip(reads, known.inputs, given, strict=True):
            parts.add(read, x, imprint)
        axes, joined = parts.met(own)
        if axes or parts.loose:
            joined = joined or any(imprint.joined for imprint in before)
            yield port, Imprint(axes, layers, tuple(dict.fromkeys(parts.loose)), stacked, joined)


@lru_cache(maxsize=1024)
def _reads(op: Op, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
    """Networks repeat their layers, so each distinct one is worked out once."""
    return op.reads(xs)
