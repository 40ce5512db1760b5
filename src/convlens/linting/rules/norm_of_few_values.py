"""S06: a batch normalisation over so few values that their mean says nothing."""

from collections.abc import Iterator

from convlens.ir.graph import Node
from convlens.ir.op import Op
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.linting.edits import with_ops
from convlens.linting.finding import Finding, Fix, Severity
from convlens.linting.network import Network
from convlens.linting.rule import Rule
from convlens.ops.group_norm import GroupNorm

FEW = 8
"""Fewer values a channel than this give no mean and variance to rely on."""

GROUPS = 32
"""The number of groups of Wu and He, arXiv:1803.08494v3, table 3."""


class NormOfFewValues(Rule):
    """A batch normalisation over so few values that their mean says nothing.

    ## Why
    In training every channel is normalised by the mean and variance of its N*H*W values. One value minus its own mean is 0,
    so PyTorch refuses to train there, and with a few values the statistics are noise. A map of 1x1, as behind a global
    pooling, leaves only as many values as there are images in the batch, and the last batch of a data set may have one.

    ## Bad
        #: batch 1
        input x: 1x64x32x32
        g = adaptive_avg_pool(x, size=1x1)
        c = conv(g, out=64, kernel=1x1, bias=false)
        n = batch_norm(c)  # S06
        r = relu(n)
        output r

    ## Good
        #: batch 1
        input x: 1x64x32x32
        g = adaptive_avg_pool(x, size=1x1)
        c = conv(g, out=64, kernel=1x1, bias=false)
        n = group_norm(c, groups=32)
        r = relu(n)
        output r

    ## Exceptions
    Without the option ``batch`` the batch of the input counts, and a network may well be trained with a larger one. Then one
    value is only a warning, since the last batch may still be that small; a few values, and the one value of a vector behind
    a linear layer, which is always normalised over the batch, are a note. A normalisation whose scale and shift are frozen
    works with the statistics that it has.

    ## Source
    torch.nn.functional.batch_norm: "Expected more than 1 value per channel when training". Reported at the last batch of an
    epoch in github.com/YudeWang/deeplabv3plus-pytorch, issue 34. Few values: Wu & He, Group Normalization,
    arXiv:1803.08494v3, figure 1.
    """

    code = "S06"
    name = "norm-of-few-values"
    severity = "error"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        found = {node.name: count for node in net.of("batch_norm") if (count := _values(net, node)) is not None and count < FEW}
        counts = {node.name: found[node.name] for node in net.nodes if node.name in found} if found else {}
        single = [net.graph[name] for name, count in counts.items() if count == 1]
        refused = [node.name for node in single if not node.op.settings()["tracked"]]
        maps = [node.name for node in single if node.name not in refused and net.known(node).inputs[0].rank > 2]
        vectors = [node.name for node in single if node.name not in refused and net.known(node).inputs[0].rank == 2]
        few = [name for name, count in counts.items() if count > 1]
        stated = net.options.batch is not None
        yield from self._found(net, refused, _no_statistics(), "error", counts)
        yield from self._found(net, maps, _one_value(net), "error" if stated else "warn", counts)
        yield from self._found(net, vectors, _one_value(net), "error" if stated else "info", counts)
        yield from self._found(net, few, _few_values(net, counts, few), "warn" if stated else "info", counts)

    def _found(
        self, net: Network, names: list[str], told: Remark, severity: Severity, counts: dict[str, int]
    ) -> Iterator[Finding]:  # fmt: skip
        if not names:
            return
        enough = max(-(-FEW * _batch(net) // counts[name]) for name in names)
        grouped = {name: op for name in names if (op := _grouped(net, net.graph[name])) is not None}
        replace = Fix(remark(marked("group_norm in its place, which needs no batch")), lambda graph: with_ops(graph, grouped))
        larger = remark(marked("or a batch of at least {batch}, for {count} values a channel"), batch=enough, count=FEW)
        evidence = {"values": {name: counts[name] for name in names}, "batch": _batch(net), "enough": enough}
        fixes = [*([replace] if len(grouped) == len(names) else []), Fix(larger)]
        yield self.found(names, told, severity=severity, evidence=evidence, fixes=fixes)


def _no_statistics() -> Remark:
    return remark(marked("one value a channel, and no running statistics: the output is the shift alone, whatever the input"))


def _one_value(net: Network) -> Remark:
    words = marked(
        "one value a channel at batch {batch}: evaluation works, but PyTorch refuses to train below a batch of {least}"
    )
    return remark(words, batch=_batch(net), least=_batch(net) + 1)


def _few_values(net: Network, counts: dict[str, int], names: list[str]) -> Remark:
    words = marked("only {count} values a channel at batch {batch}: their mean and variance are noise")
    return remark(words, count=min((counts[name] for name in names), default=0), batch=_batch(net))


def _batch(net: Network) -> int:
    return net.options.batch or _given(net)


def _given(net: Network) -> int:
    """The batch of the first input."""
    dims = net.graph.inputs[0].spec.dims if net.graph.inputs else ()
    return dims[0] if dims else 1


def _values(net: Network, norm: Node) -> int | None:
    """Values that each mean is taken of; None where the statistics are not those of the batch."""
    known = net.known(norm)
    params = known.param_shapes
    if len(norm.inputs) > 1 or (params and set(params) <= set(norm.frozen)):
        return None
    x = known.inputs[0]
    images = max(x.dims[0] * _batch(net) // _given(net), 1)
    return images * (x.numel // (x.dims[0] * x.dims[1]))


def _grouped(net: Network, norm: Node) -> Op | None:
    """The most groups, at most 32, that leave two values in each."""
    x = net.known(norm).inputs[0]
    channels, space = x.dims[1], x.numel // (x.dims[0] * x.dims[1])
    groups = [g for g in range(1, min(GROUPS, channels) + 1) if channels % g == 0 and channels // g * space > 1]
    return GroupNorm(groups=groups[-1], affine=norm.op.settings()["affine"]) if groups else None
