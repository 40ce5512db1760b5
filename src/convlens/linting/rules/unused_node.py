"""S07: what is computed and never used."""

from collections.abc import Iterator
from dataclasses import replace
from math import prod

from convlens.arith.units import grouped
from convlens.ir.graph import Graph, Node
from convlens.ir.verify import verify
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.finding import Finding, Fix, Severity
from convlens.linting.network import Network
from convlens.linting.rule import Rule

UNUSED = marked("no output uses this")
LOOKED = marked("no output uses this, unless the program looked at its values")


class UnusedNode(Rule):
    """What is computed and never used.

    ## Why
    No output of the network depends on such a node. Its work is done for nothing, its weights never get a gradient, and
    mostly the author meant to use it: a branch that was not joined, an activation whose result was not assigned.

    ## Bad
        input x: 1x3x32x32
        c = conv(x, out=16, kernel=3x3)
        r = relu(c)
        d = conv(r, out=16, kernel=3x3)  # S07
        s = relu(d)  # S07
        output r

    ## Good
        input x: 1x3x32x32
        c = conv(x, out=16, kernel=3x3)
        r = relu(c)
        d = conv(r, out=16, kernel=3x3)
        s = relu(d)
        output s

    ## Exceptions
    What has no weights is a warning, and what only prepares a shape or holds a constant is no finding. A module that was run
    on real values may have looked at them, as for a condition: there what has no weights is a note. Weights that the network
    holds and no layer uses, as those of an auxiliary head in evaluation, are a note.

    ## Source
    Reachability. Reported as a fault in github.com/Cadene/pretrained-models.pytorch, issue 90, where the results of
    BN-Inception's ReLUs were not used.
    """

    code = "S07"
    name = "unused-node"
    severity = "error"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        yield from self._dead(net)
        yield from self._held(net)

    def _dead(self, net: Network) -> Iterator[Finding]:
        dead = _dead(net) if net.facts.broken is None else []
        parts = [part for part in _parts(dead) if any(_works(net, node) for node in part)]
        lost = _lost(net, dead)
        weighted = {node.name for part in parts if any(node.name in lost for node in part) for node in part}
        plain = {node.name for part in parts for node in part} - weighted
        looked = net.graph.captured is not None and net.graph.captured.real
        severities: tuple[tuple[set[str], Severity], ...] = ((weighted, "error"), (plain, "info" if looked else "warn"))
        for some, severity in severities:
            names = [node.name for node in dead if node.name in some]
            if names:
                count = sum(lost.get(name, 0) for name in names)
                with_weights = remark(marked("no output uses this, nor its {count} parameters"), count=grouped(count))
                told = with_weights if count else remark(LOOKED if severity == "info" else UNUSED)
                yield self.found(names, told, severity=severity, evidence={"params": count}, fixes=[_left_out(net, set(names))])

    def _held(self, net: Network) -> Iterator[Finding]:
        """Parameters of the module that no layer used when it was captured."""
        held = {extra.name: prod(extra.shape) for extra in net.graph.extras if extra.kind == "param"}
        if held:
            words = marked("the network holds {count} parameters that it does not use: {names}")
            told = remark(words, count=grouped(sum(held.values())), names=", ".join([*held][:3]) + ", ..." * (len(held) > 3))
            yield self.found((), told, severity="info", evidence={"params": sum(held.values()), "names": [*held]})


def _dead(net: Network) -> list[Node]:
    """The nodes that no output depends on. What an unknown call does beside its result cannot be told, so it is not one."""
    live = {ref.node for ref in net.graph.outputs}
    dead: list[Node] = []
    for node in reversed(net.nodes):
        if node.name in live or node.op.name == "opaque":
            live.update(ref.node for ref in node.inputs)
        else:
            dead.append(node)
    return dead[::-1]


def _parts(dead: list[Node]) -> list[list[Node]]:
    """The dead nodes, those together that read each other or the same dead node."""
    part_of: dict[str, list[Node]] = {}
    for node in dead:
        mine = [node]
        for ref in node.inputs:
            other = part_of.get(ref.node)
            if other is not None and other is not mine:
                mine, other = (other, mine) if len(other) > len(mine) else (mine, other)
                mine += other
                part_of.update((each.name, mine) for each in other)
        part_of[node.name] = mine
    return list({id(part): part for part in part_of.values()}.values())


def _works(net: Network, node: Node) -> bool:
    """Does it compute with data? Shapes are whole numbers, and constants come from nothing."""
    return bool(node.inputs) and any(out.floating for out in net.known(node).outputs)


def _lost(net: Network, dead: list[Node]) -> dict[str, int]:
    """How many parameters each of them holds that no living node shares."""
    gone = {node.name for node in dead}
    shared = {(tie.owner, tie.owner_param) for node in net.nodes if node.name not in gone for tie in node.ties} if gone else set()
    counts = {
        node.name: sum(prod(shape) for name, shape in net.known(node).param_shapes.items() if (node.name, name) not in shared)
        for node in dead
    }
    return {name: count for name, count in counts.items() if count}


def _left_out(net: Network, names: set[str]) -> Fix:
    """A node whose parameters a living node shares has to stay."""
    needed = any(tie.owner in names for node in net.nodes if node.name not in names for tie in node.ties)
    words = remark(marked("use it, or leave it out"))
    return Fix(words, None if needed else lambda graph: _without(graph, names))


def _without(graph: Graph, names: set[str]) -> Graph:
    return verify(replace(graph, nodes=tuple(node for node in graph if node.name not in names), held={}))
