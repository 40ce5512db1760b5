"""Faults put into sound networks: for each rule of `convlens.linting`, ways to break a network so that the rule must speak.

Each maker yields mutants of one network; `made` draws a few of each maker for each network, the same for the same seed.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from random import Random
from typing import Any, NamedTuple

from convlens import networks
from convlens.ir.edit import Change, changed, with_settings
from convlens.ir.errors import ConvlensError
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.op import Op, lookup
from convlens.ir.spec import TensorSpec
from convlens.ir.verify import verify
from convlens.linting.network import Network
from convlens.linting.options import Options
from convlens.linting.windows import Slide
from convlens.passes.facts import facts


class Mutant(NamedTuple):
    """A faulty network: the rule ``code`` must speak about one of ``nodes`` (empty: about anything)."""

    code: str
    network: str
    how: str
    graph: Graph
    nodes: tuple[str, ...]
    options: Options = Options()


class Base:
    """A sound network, and the ways in which makers change it."""

    def __init__(self, name: str, graph: Graph) -> None:
        self.name = name
        self.graph = graph
        self.net = Network(graph)

    def spec(self, node: Node) -> TensorSpec:
        return self.net.known(node).outputs[0]

    def given(self, node: Node) -> TensorSpec:
        return self.net.known(node).inputs[0]

    def slides(self, node: Node) -> tuple[Slide, ...]:
        return self.net.slides(node)

    @cached_property
    def spatial(self) -> list[Node]:
        """Nodes that are alone on their way and make a 2-D map of N, C, H, W with at least 4 pixels on each axis."""
        return [n for n in self.net.nodes if self._is_map(n) and self.net.after(n) is not None]

    def _is_map(self, node: Node) -> bool:
        specs = self.net.known(node).outputs
        return len(specs) == 1 and specs[0].rank == 4 and min(specs[0].dims[2:]) >= 4 and specs[0].dims[1] >= 16

    @cached_property
    def last_map(self) -> Node | None:
        """The last map of the network that is no single pixel."""
        return next((n for n in reversed(self.net.nodes) if self._is_map(n)), None)

    def windows(self, *ops: str, dims: int = 2) -> Iterator[tuple[Node, tuple[Slide, ...]]]:
        yield from ((node, each) for node, each in self.net.windows if node.op.name in ops and len(each) == dims)

    def alone(self, node: Node) -> bool:
        """Is this node the only one that reads its input?"""
        return len(self.graph.users(node.inputs[0].node)) == 1

    def pooled(self, node: Node, **settings: Any) -> Graph:
        """The graph with other settings of a pooling, which rounds down as convolutions do."""
        rounding = {"ceil_mode": False} if "ceil_mode" in node.op.fields else {}
        return self.edited(node, **rounding, **settings)

    def edited(self, node: Node, **settings: Any) -> Graph:
        return self.exchanged(node, with_settings(node.op, **settings))

    def exchanged(self, node: Node, op: Op) -> Graph:
        nodes = tuple(replace(n, op=op) if n is node else n for n in self.graph)
        return verify(replace(self.graph, nodes=nodes))

    def with_behind(self, node: Node, *ops: Op) -> tuple[Graph, tuple[str, ...]]:
        """The graph with these operators in a chain behind a node, and their names."""
        names = tuple(f"mutant.{at}" for at in range(len(ops)))
        sources = (Ref(node.name), *map(Ref, names))
        new = tuple(Node(name, op, (source,)) for name, op, source in zip(names, ops, sources, strict=False))
        return changed(self.graph, {node.name: Change((node, *new), Ref(names[-1]))}), names

    def with_head(self, node: Node, *ops: Op) -> tuple[Graph, tuple[str, ...]]:
        """The graph up to a node, these operators behind it as its new end."""
        kept = self.graph.nodes[: self.graph.nodes.index(node) + 1]
        cut = replace(self.graph, nodes=kept, outputs=(Ref(node.name),), held={})
        graph, names = Base(self.name, cut).with_behind(node, *ops)
        return _without_unused(graph), names

    def without(self, node: Node) -> Graph:
        return changed(self.graph, {node.name: Change((), node.inputs[0])})

    def resized(self, size: int) -> Graph:
        """The network on another input size, where it has one input of N, C, H, W."""
        spec = self.graph.inputs[0].spec
        return self.graph.with_inputs((TensorSpec((*spec.dims[:2], *(size,) * (spec.rank - 2)), spec.dtype),))


def _without_unused(graph: Graph) -> Graph:
    """Only what leads to the outputs."""
    needed = {ref.node for ref in graph.outputs}
    for node in reversed(graph.nodes):
        if node.name in needed:
            needed |= {ref.node for ref in node.inputs}
    return replace(graph, nodes=tuple(node for node in graph if node.name in needed))


def op(name: str, **settings: Any) -> Op:
    return lookup(name)(**settings)


Made = tuple[str, Graph, tuple[str, ...]] | tuple[str, Graph, tuple[str, ...], Options]
Maker = Callable[[Base], Iterator[Made]]
BREAKING = frozenset({"G12", "G17", "G20", "S09", "X01"})
"""Rules that speak where shapes break; a mutant of another rule that breaks is none."""

MAKERS: dict[str, list[Maker]] = {}


def mutates(code: str) -> Callable[[Maker], Maker]:
    """Registers a maker for the rule ``code``. It yields ``(how, graph, nodes)`` and perhaps options."""

    def register(maker: Maker) -> Maker:
        MAKERS.setdefault(code, []).append(maker)
        return maker

    return register


def bases() -> list[Base]:
    """Every network that goes by a name, at its own input."""
    return [Base(name, networks.load(name)) for name in networks.names()]


def made(each: int, seed: int = 0, names: list[str] | None = None) -> Iterator[Mutant]:
    """At most ``each`` mutants by every maker of every network. A mutant that no graph can be is left out."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    for base in bases():
        if names is not None and base.name not in names:
            continue
        for code, makers in sorted(MAKERS.items()):
            for maker in makers:
                yield from _drawn(base, code, maker, each, seed)


def _drawn(base: Base, code: str, maker: Maker, each: int, seed: int) -> Iterator[Mutant]:
    found: list[Mutant] = []
    places = maker(base)
    while True:
        try:
            how, graph, nodes, *options = next(places)
        except StopIteration:
            break
        except ConvlensError:  # a generator that raised has ended
            break
        if code in BREAKING or facts(graph).broken is None:
            found.append(Mutant(code, base.name, how, graph, nodes, *options))
    draw = Random(f"{seed} {base.name} {code} {maker.__name__}")  # noqa: S311 - no secret is drawn
    yield from draw.sample(found, min(each, len(found)))
