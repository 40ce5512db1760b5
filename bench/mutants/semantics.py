"""Faults of order and meaning, S01 to S13, and shapes that do not fit."""

from collections.abc import Iterator

from bench.mutants import Base, Made, mutates, op
from convlens.ir.edit import Change, changed
from convlens.ir.graph import Node, Ref
from convlens.linting.options import Options

ACTIVATIONS = ("relu", "relu6", "silu", "hardswish", "leaky_relu", "tanh", "gelu")


def _between(base: Base, ops: tuple[str, ...]) -> Iterator[tuple[Node, Node, Node]]:
    """Nodes of these operators that are alone on their way between two convolutions or linear layers, norms looked through."""
    for node in base.net.of(*ops):
        first, after = base.net.before(node), base.net.after(node)
        while first is not None and first.op.name == "batch_norm":
            first = base.net.before(first)
        if first is not None and after is not None and {first.op.name, after.op.name} <= {"conv", "linear"}:
            yield first, node, after


@mutates("S01")
def a_bias_before_a_norm(base: Base) -> Iterator[Made]:
    for node in base.net.of("conv"):
        after = base.net.after(node)
        if after is not None and after.op.name == "batch_norm" and not node.op.settings()["bias"]:
            yield "bias=true", base.edited(node, bias=True), (node.name,)


@mutates("S02")
def an_activation_left_out(base: Base) -> Iterator[Made]:
    for first, node, after in _between(base, ACTIVATIONS):
        if _is_dense(first) and _is_dense(after) and not _narrows(base, first, after):
            yield f"without its {node.op.name}", base.without(node), (first.name, after.name)


def _is_dense(node: Node) -> bool:
    return node.op.name == "linear" or (node.op.settings()["groups"] == 1 and 1 not in _kernel_mix(node))


def _kernel_mix(node: Node) -> tuple[int, ...]:
    """The kernel, where its sides differ: 1x7 and 7x1 are one kernel taken apart."""
    kernel: tuple[int, ...] = node.op.settings()["kernel"]
    return kernel if len(set(kernel)) > 1 else ()


def _narrows(base: Base, first: Node, after: Node) -> bool:
    """Is the layer between a bottleneck of rank, which is a thing that people mean?"""
    weight = base.net.known(first).param_shapes.get("weight", (1, 1))
    rank_in, middle = 1, weight[0]
    for size in weight[1:]:
        rank_in *= size
    out = base.net.known(after).param_shapes.get("weight", (1,))[0]
    return middle < min(rank_in, out)


@mutates("S03")
def an_activation_twice(base: Base) -> Iterator[Made]:
    for node in base.net.of("relu", "relu6"):
        if base.net.after(node) is not None:
            graph, names = base.with_behind(node, op("relu"))
            yield "a relu behind it", graph, (node.name, *names)


@mutates("S03")
def a_sigmoid_before_softmax(base: Base) -> Iterator[Made]:
    for node in _logits(base):
        graph, names = base.with_head(node, op("sigmoid"), op("softmax", axis=1))
        yield "sigmoid and softmax as the head", graph, names


def _logits(base: Base) -> Iterator[Node]:
    """The layer whose output is the network's: N, classes."""
    for ref in base.graph.outputs:
        node = base.graph[ref.node]
        if len(base.graph.outputs) == 1 and base.spec(node).rank == 2 and node.op.name == "linear":
            yield node


@mutates("S04")
def a_softmax_before_cross_entropy(base: Base) -> Iterator[Made]:
    for node in _logits(base):
        for squash, loss in (("softmax", "cross_entropy"), ("log_softmax", "cross_entropy"), ("softmax", "nll_loss")):
            graph, names = base.with_head(node, op(squash, axis=1))
            yield f"{squash} before {loss}", graph, names, Options(loss=loss)


@mutates("S04")
def a_sigmoid_before_bce_with_logits(base: Base) -> Iterator[Made]:
    for node in _logits(base):
        graph, names = base.with_head(node, op("sigmoid"))
        yield "sigmoid before bce_with_logits", graph, names, Options(loss="bce_with_logits")


@mutates("S04")
def a_head_that_harms_the_scores(base: Base) -> Iterator[Made]:
    for node in _logits(base):
        for name, settings in (("relu", {}), ("dropout", {"p": 0.5})):
            graph, names = base.with_head(node, op(name, **settings))
            yield f"{name} before cross_entropy", graph, names, Options(loss="cross_entropy")


@mutates("S05")
def a_dropout_before_a_norm(base: Base) -> Iterator[Made]:
    norms = list(base.net.of("batch_norm"))
    for node in base.net.of("relu", "relu6", "silu", "hardswish"):
        if norms and base.net.after(node) is not None and base.graph.nodes.index(node) < base.graph.nodes.index(norms[-1]) - 8:
            graph, names = base.with_behind(node, op("dropout", p=0.5))
            yield "dropout 0.5", graph, names


@mutates("S06")
def a_norm_behind_global_pooling(base: Base) -> Iterator[Made]:
    for node in base.net.of("adaptive_avg_pool"):
        if base.spec(node).dims[2:] == (1, 1) and base.net.after(node) is not None:
            graph, names = base.with_behind(node, op("batch_norm"))
            yield "a norm of one value", graph, names


@mutates("S07")
def a_layer_that_nobody_reads(base: Base) -> Iterator[Made]:
    for node in base.spatial[::6]:
        unread = Node("mutant.unread", op("conv", out=8, kernel=(3, 3), padding=1), (Ref(node.name),))
        graph = changed(base.graph, {node.name: Change((node, unread), Ref(node.name))})
        yield "a convolution whose output is not used", graph, ("mutant.unread",)


@mutates("S08")
def groups_in_a_row(base: Base) -> Iterator[Made]:
    for node in base.spatial[::5]:
        channels = base.spec(node).dims[1]
        if channels % 4 == 0 and channels >= 32:
            grouped = op("conv", out=channels, kernel=(3, 3), padding=1, groups=4)
            graph, names = base.with_behind(node, grouped, op("relu"), grouped)
            yield "two convolutions of four groups", graph, names


@mutates("S09")
def a_flatten_left_out(base: Base) -> Iterator[Made]:
    for node in base.net.of("flatten"):
        after = base.net.after(node)
        if after is not None and after.op.name in ("linear", "dropout"):
            yield "without its flatten", base.without(node), ()


@mutates("S12")
def a_flatten_from_axis_0(base: Base) -> Iterator[Made]:
    for node in base.net.of("flatten"):
        x = base.given(node)
        if x.rank > 2 and base.net.after(node) is not None:
            yield "flatten(start=0)", base.exchanged(node, op("flatten", start=0)), (node.name,)
            width = base.spec(node).dims[-1]
            if width % 4 == 0:
                yield "a quarter of the features", base.exchanged(node, op("reshape", shape=(-1, width // 4))), (node.name,)


@mutates("S12")
def a_softmax_over_the_batch(base: Base) -> Iterator[Made]:
    for node in _logits(base):
        graph, names = base.with_head(node, op("softmax", axis=0))
        yield "softmax over axis 0 as the head", graph, names


@mutates("S13")
def a_norm_twice(base: Base) -> Iterator[Made]:
    for node in base.net.of("batch_norm"):
        if base.net.after(node) is not None:
            graph, names = base.with_behind(node, op("batch_norm"))
            yield "a batch_norm behind it", graph, names


@mutates("X01")
def groups_that_do_not_divide(base: Base) -> Iterator[Made]:
    for node in base.net.of("conv"):
        if base.given(node).dims[1] % 7:
            yield "groups 7", base.edited(node, groups=7), (node.name,)
