"""S03: an activation that changes nothing any more."""

from collections.abc import Iterator
from math import inf
from typing import Any

from convlens.ir.edit import Change, changed
from convlens.ir.graph import Graph, Node, Ref
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.edits import without
from convlens.linting.finding import Finding, Fix
from convlens.linting.network import Network
from convlens.linting.ranges import ALL, Range, limits
from convlens.linting.rule import Rule
from convlens.linting.squashing import Twice, squashed_twice
from convlens.ops.log_softmax import LogSoftmax

KEEPS_POSITIVE = ("relu", "leaky_relu", "prelu", "rrelu", "elu", "celu")
"""They leave what is not negative as it is."""


class RedundantActivation(Rule):
    """An activation that changes nothing any more, or squashes a second time.

    ## Why
    A ReLU leaves what is not negative as it is, so behind another ReLU, a sigmoid or a softmax it does nothing, whatever
    lies between: pooling, concatenation, sums of such maps. A softmax of what a sigmoid or a softmax has squashed to 0..1
    is worse than useless: the shares that it gives are nearly equal, and their gradients nearly nothing.

    ## Bad
        input x: 1x3x32x32
        c = conv(x, out=10, kernel=3x3)
        r = relu(c)
        p = max_pool(r, kernel=2x2)
        s = relu(p)  # S03
        g = adaptive_avg_pool(s, size=1x1)
        f = flatten(g)
        l = linear(f, out=10)
        a = sigmoid(l)
        b = softmax(a, axis=1)  # S03
        output b

    ## Good
        input x: 1x3x32x32
        c = conv(x, out=10, kernel=3x3)
        r = relu(c)
        p = max_pool(r, kernel=2x2)
        g = adaptive_avg_pool(p, size=1x1)
        f = flatten(g)
        l = linear(f, out=10)
        b = softmax(l, axis=1)
        output b

    ## Source
    max(max(x, 0), 0) = max(x, 0); the bounds of a softmax follow from those of its input. Nikanjam et al., arXiv:2105.08095
    (NeuraLint), list the multiple activation among the design smells of neural networks.
    """

    code = "S03"
    name = "redundant-activation"
    severity = "warn"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        twice = list(squashed_twice(net))
        idle = [node for node in net.of(*KEEPS_POSITIVE, "relu6", "hardtanh", "elementwise") if _is_idle(net, node)]
        idle += [each.second for each in twice if not each.changes and each.second.op.name == "log_softmax"]
        if idle:
            yield self._idle(net, {node.name for node in idle})
        yield from (self._twice(net, each) for each in twice if each.changes)
        yield from (self._undone(each) for each in twice if not each.changes and each.second.op.name == "softmax")
        yield from (self._log(node, before) for node in net.of("elementwise") if (before := _softmax_before(net, node)))

    def _idle(self, net: Network, names: set[str]) -> Finding:
        order = [node.name for node in net.nodes if node.name in names]
        given = {name: net.ranges.get(net.graph[name].inputs[0].node, ALL) for name in order}
        return self.found(
            order,
            remark(marked("all that reaches {nodes} lies where the activation changes nothing"), nodes=_listed(order)),
            evidence={"given": {name: _bounds(found) for name, found in given.items()}},
            fixes=[Fix(remark(marked("leave it out, which changes no output")), lambda graph: without(graph, order))],
        )

    def _twice(self, net: Network, each: Twice) -> Finding:
        first, second = each.first.name, each.second.name
        drop_first = Fix(remark(marked("leave {node} out"), node=first), lambda graph: without(graph, [first]))
        drop_second = Fix(remark(marked("leave {node} out"), node=second), lambda graph: without(graph, [second]))
        alone = net.after(each.first) is not None
        fixes = [drop_first, drop_second] if alone and each.first.op.name != each.second.op.name else [drop_second]
        low, high = (f"{end:.4g}" for end in each.left)
        return self.found(
            second,
            remark(
                marked("{second} is given what {first} has squashed already: no output is below {low} or above {high}"),
                second=second, first=first, low=low, high=high,
            ),
            evidence={"first": first, "given": _bounds(each.given), "left": _bounds(each.left)},
            fixes=fixes,
        )  # fmt: skip

    def _undone(self, each: Twice) -> Finding:
        first, second = each.first.name, each.second.name
        return self.found(
            second,
            remark(marked("a softmax of {first} is the softmax itself: its logarithm is taken for nothing"), first=first),
            evidence={"first": first},
            fixes=[Fix(remark(marked("leave {node} out"), node=first), lambda graph: without(graph, [first]))],
        )

    def _log(self, node: Node, before: Node) -> Finding:
        return self.found(
            node.name,
            remark(marked("the logarithm of a softmax is minus infinity where a share is too small to be written")),
            severity="info",
            evidence={"softmax": before.name},
            fixes=[
                Fix(remark(marked("log_softmax, which is the same and exact")), lambda graph: _in_one(graph, node.name, before))
            ],
        )


def _is_idle(net: Network, node: Node) -> bool:
    given = net.ranges.get(node.inputs[0].node, ALL)
    low, high = _unchanged(node.op)
    return low <= given.low and given.high <= high


def _unchanged(op: Any) -> tuple[float, float]:
    """The numbers that this activation leaves as they are; an empty range where there are none."""
    match op.name:
        case "relu6":
            return 0.0, 6.0
        case "hardtanh":
            return op.low, op.high
        case "elementwise":
            return (0.0, inf) if op.function == "abs" else limits(op) or (inf, -inf)
    return 0.0, inf


def _softmax_before(net: Network, node: Node) -> Node | None:
    if node.op.settings()["function"] != "log":
        return None
    before = net.before(node)
    return before if before is not None and before.op.name == "softmax" else None


def _in_one(graph: Graph, log: str, softmax: Node) -> Graph:
    """The logarithm becomes a log_softmax of what the softmax reads; the softmax stays for its other readers."""
    new = Node(log, LogSoftmax(axis=softmax.op.settings()["axis"]), softmax.inputs, module=graph[log].module)
    alone = len(graph.users(softmax.name)) == 1 and all(ref.node != softmax.name for ref in graph.outputs)
    rest = {softmax.name: Change((), softmax.inputs[0])} if alone else {}
    return changed(graph, {**rest, log: Change((new,), Ref(log))})


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")


def _bounds(found: Range) -> list[float | str]:
    """As JSON takes them: it has no infinity."""
    return [str(end) if end in (inf, -inf) else round(end, 6) for end in found]
