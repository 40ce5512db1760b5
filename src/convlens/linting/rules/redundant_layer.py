"""S13: a layer that does nothing, or what the one before it has done."""

from collections.abc import Iterator

from convlens.ir.edit import with_settings
from convlens.ir.graph import Graph, Node
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.edits import with_ops, without
from convlens.linting.finding import Finding, Fix, Severity
from convlens.linting.network import Network
from convlens.linting.rule import Rule

NORMS = ("batch_norm", "instance_norm", "group_norm", "layer_norm", "rms_norm")
POOLS = ("max_pool", "avg_pool")
GLOBAL = ("adaptive_avg_pool", "adaptive_max_pool")


class RedundantLayer(Rule):
    """A layer that does nothing, or what the one before it has done.

    ## Why
    A batch normalisation of what a batch normalisation has made finds mean 0 and variance 1 up to two trained numbers a
    channel, which it sets anew: the first one's numbers are trained for nothing. That is a slip of copying, as are two
    dropouts in a row, which are one with another probability, a pooling of one pixel, a second global average and a second
    flatten.

    ## Bad
        input x: 1x3x32x32
        c = conv(x, out=16, kernel=3x3, bias=false)
        b = batch_norm(c)
        d = batch_norm(b)  # S13
        r = relu(d)
        p = max_pool(r, kernel=1x1)  # S13
        output p

    ## Good
        input x: 1x3x32x32
        c = conv(x, out=16, kernel=3x3, bias=false)
        b = batch_norm(c)
        r = relu(b)
        p = max_pool(r, kernel=2x2)
        output p

    ## Exceptions
    Other normalisations in a row are a note: a Transformer with the normalisation behind each block often has one more at its
    end. An adaptive pooling that does nothing at this input size alone is not told.

    ## Source
    torch.nn.BatchNorm2d: what it makes is (x - mean) / sqrt(variance + eps) * weight + bias. Dropouts of p and q keep a value
    with probability (1 - p) (1 - q).
    """

    code = "S13"
    name = "redundant-layer"
    severity = "warn"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        norms = [node for node in net.of(*NORMS) if _is_second(net, node)]
        of_batches = [node for node in norms if node.op.name == "batch_norm"]
        others = [node for node in norms if node.op.name != "batch_norm"]
        if of_batches:
            yield self._norms(net, of_batches, "warn")
        if others:
            yield self._norms(net, others, "info")
        idle = [node for node in net.of(*POOLS, *GLOBAL, "flatten") if _does_nothing(net, node)]
        if idle:
            yield self._idle(net, idle)
        yield from (self._dropped(net, node) for node in net.of("dropout") if _is_second(net, node) and _drops(net, node))

    def _norms(self, net: Network, nodes: list[Node], severity: Severity) -> Finding:
        names = _ordered(net, nodes)
        first = net.graph[names[0]].inputs[0].node
        words = marked("normalises what {first} has normalised just before")
        fix = Fix(remark(marked("leave the second one out")), lambda graph: without(graph, names))
        return self.found(names, remark(words, first=first), severity=severity, evidence={"first": first}, fixes=[fix])

    def _idle(self, net: Network, nodes: list[Node]) -> Finding:
        names = _ordered(net, nodes)
        fix = Fix(remark(marked("leave it out, which changes no output")), lambda graph: without(graph, names))
        told = remark(marked("{nodes} gives what it is given"), nodes=", ".join(names[:3]) + (", ..." if names[3:] else ""))
        return self.found(names, told, severity="info", fixes=[fix])

    def _dropped(self, net: Network, node: Node) -> Finding:
        first = net.graph[node.inputs[0].node]
        p, q = first.op.settings()["p"], node.op.settings()["p"]
        both = round(1 - (1 - p) * (1 - q), 10)
        told = remark(
            marked("dropout of {p} behind dropout of {q} drops {both} in all"), p=f"{q:g}", q=f"{p:g}", both=f"{both:g}"
        )
        words = remark(marked("one dropout of {both}, or of the probability that was meant"), both=f"{both:g}")
        fix = Fix(words, lambda graph: _as_one(graph, first.name, node.name, both))
        return self.found(node.name, told, severity="info", evidence={"first": first.name, "both": both}, fixes=[fix])


def _is_second(net: Network, node: Node) -> bool:
    """Does it alone read a layer of the same operator?"""
    before = net.before(node)
    return before is not None and before.op.name == node.op.name and net.after(before) is node


def _drops(net: Network, node: Node) -> bool:
    first = net.graph[node.inputs[0].node].op.settings()
    second = node.op.settings()
    return bool(0 < first["p"] < 1 and 0 < second["p"] < 1 and first["of"] == second["of"])


def _does_nothing(net: Network, node: Node) -> bool:
    """At any size, not only at this one."""
    x, made = net.known(node).inputs[0], net.known(node).outputs
    if len(made) != 1 or made[0] != x:
        return False
    if node.op.name == "flatten":
        return x.rank <= 2
    if node.op.name in GLOBAL:
        before = net.before(node)
        return before is not None and before.op.name in GLOBAL
    return all(s.kernel == s.stride == 1 and not s.left and not s.right for s in net.slides(node))


def _as_one(graph: Graph, first: str, second: str, p: float) -> Graph:
    return without(with_ops(graph, {first: with_settings(graph[first].op, p=p)}), [second])


def _ordered(net: Network, nodes: list[Node]) -> list[str]:
    names = {node.name for node in nodes}
    return [node.name for node in net.nodes if node.name in names]
