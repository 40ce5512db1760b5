"""S02: two linear layers in series, which one layer can replace."""

from collections import Counter
from collections.abc import Iterator

from convlens.arith.units import grouped
from convlens.ir.edit import Change, changed
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.op import Op
from convlens.ir.spec import show_shape
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.linting.finding import Finding, Fix, Severity
from convlens.linting.linear_pairs import Pair, linear_pairs
from convlens.linting.naming import free_part
from convlens.linting.network import Network
from convlens.linting.rule import Rule
from convlens.ops.relu import Relu

USUAL = ("relu", "relu6", "leaky_relu", "elu", "celu", "selu", "gelu", "silu", "mish", "hardswish", "softplus", "tanh")
"""The non-linearities that a network may use between its layers, and that have no weights."""


class NoNonlinearity(Rule):
    """Two linear layers in series, which one layer can replace.

    ## Why
    A convolution of a convolution is a convolution, and a linear layer of a linear layer is a linear layer: without a
    non-linearity between, the depth adds nothing that one layer could not do. Batch normalisation, dropout and flatten
    between the two do not change that, since they are linear, too, once the network is trained.

    ## Bad
        input x: 1x3x32x32
        a = conv(x, out=32, kernel=3x3)  # S02
        b = conv(a, out=64, kernel=3x3, bias=false)
        n = batch_norm(b)
        r = relu(n)
        output r

    ## Good
        input x: 1x3x32x32
        a = conv(x, out=32, kernel=3x3)
        s = relu(a)
        b = conv(s, out=64, kernel=3x3, bias=false)
        n = batch_norm(b)
        r = relu(n)
        output r

    ## Exceptions
    Layers that are split to make them cheaper are left alone: a depthwise convolution beside a pointwise one, a 1xk beside
    a kx1, and a bottleneck, where fewer channels pass between the two than either end could use (the linear bottleneck of
    MobileNetV2). So is a pair around an upsampling, as the score layer of FCN. A 1x1 convolution to fewer channels with no
    normalisation behind it may be one half of a layer that was split, so there it is only a note.

    ## Source
    The composition of linear maps. The bottleneck: Sandler et al., arXiv:1801.04381v4, section 3.2. The fault in published
    code: github.com/ialhashim/DenseDepth, issue 6.
    """

    code = "S02"
    name = "no-nonlinearity"
    severity = "warn"
    status = "preview"

    def check(self, net: Network) -> Iterator[Finding]:
        pairs = list(linear_pairs(net))
        at = {node.name: i for i, node in enumerate(net.nodes)} if pairs else {}
        pairs.sort(key=lambda pair: at[pair.first.name])
        severities: tuple[tuple[Severity, bool], ...] = (("warn", False), ("info", True))
        for severity, reduces in severities:
            some = [pair for pair in pairs if pair.reduces is reduces]
            if some:
                yield self._found(some, severity, _usual(net))

    def _found(self, pairs: list[Pair], severity: Severity, act: Op) -> Finding:
        merged = marked("or one layer in the place of the two, with {merged} weights")
        return self.found(
            [pair.first.name for pair in pairs],
            _several(pairs) if len(pairs) > 1 else _one(pairs[0]),
            severity=severity,
            evidence={"pairs": [_evidence(pair) for pair in pairs]},
            fixes=[
                Fix(
                    remark(marked("{activation} between the two"), activation=act.name),
                    lambda graph: _with(graph, [pair.last.name for pair in pairs], act),
                ),
                Fix(remark(merged, merged=grouped(pairs[0].merged))),
            ],
        )


def _one(pair: Pair) -> Remark:
    words = (
        marked(
            "nothing non-linear stands between {first} and {second}: one layer with a kernel of {kernel} and {merged} weights "
            "does the same, and the two have {weights}"
        )
        if pair.kernel
        else marked(
            "nothing non-linear stands between {first} and {second}: one linear layer with {merged} weights does the same, "
            "and the two have {weights}"
        )
    )
    return remark(
        words, first=pair.first.name, second=pair.second.name, kernel=show_shape(pair.kernel), merged=grouped(pair.merged),
        weights=grouped(pair.weights),
    )  # fmt: skip


def _several(pairs: list[Pair]) -> Remark:
    words = marked("{count} pairs of layers; of the first, {pair}")
    return remark(words, count=len(pairs), pair=_one(pairs[0]))


def _evidence(pair: Pair) -> dict[str, object]:
    return {
        "first": pair.first.name,
        "second": pair.second.name,
        "kernel": list(pair.kernel),
        "stride": list(pair.stride),
        "merged_weights": pair.merged,
        "weights": pair.weights,
    }


def _usual(net: Network) -> Op:
    """The non-linearity that the network uses most; ReLU where it has none."""
    used = Counter(node.op for node in net.of(*USUAL))
    return used.most_common(1)[0][0] if used else Relu()


def _with(graph: Graph, names: list[str], act: Op) -> Graph:
    """The graph with a non-linearity behind each of these nodes."""
    changes: dict[str, Change] = {}
    for name in names:
        node = graph[name]
        new = Node(f"{name}.{free_part(graph, name, act.name)}", act, (Ref(name),), module=node.module)
        changes[name] = Change((node, new), Ref(new.name))
    return changed(graph, changes)
