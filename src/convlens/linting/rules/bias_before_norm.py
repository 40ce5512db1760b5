"""S01: a bias that the next normalisation takes away again."""

from collections.abc import Iterator
from dataclasses import replace

from convlens.arith.units import grouped
from convlens.ir.edit import with_settings
from convlens.ir.graph import Graph, Node
from convlens.ir.op import Op
from convlens.ir.spec import TensorSpec
from convlens.ir.verify import verify
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.finding import Finding, Fix
from convlens.linting.network import Network
from convlens.linting.rule import Rule
from convlens.ops._window import channel_axis

KEEPS_CONSTANTS = ("identity", "max_pool", "adaptive_max_pool", "adaptive_avg_pool", "channel_shuffle")
"""What is added to a channel before these comes out behind them, added to a channel."""


class BiasBeforeNorm(Rule):
    """A bias that the next normalisation takes away again.

    ## Why
    Batch and instance normalisation subtract the mean of each channel, and so does group normalisation with a group for
    each channel. A constant that is added to a channel just before cancels: its gradient in training is exactly zero, and
    it costs memory and time.

    ## Bad
        input x: 1x3x32x32
        c = conv(x, out=16, kernel=3x3)  # S01
        b = batch_norm(c)
        d = conv(b, out=16, kernel=3x3)  # S01
        p = max_pool(d, kernel=2x2)
        g = group_norm(p, groups=16)
        output g

    ## Good
        input x: 1x3x32x32
        c = conv(x, out=16, kernel=3x3, bias=false)
        b = batch_norm(c)
        d = conv(b, out=16, kernel=3x3)
        p = max_pool(d, kernel=2x2)
        g = group_norm(p, groups=4)
        output g

    ## Exceptions
    A normalisation whose scale and shift are frozen is not counted: it is meant to work with the statistics that it has.
    Where a group holds several channels only the mean of their biases cancels.

    ## Source
    Ioffe & Szegedy, Batch Normalization, arXiv:1502.03167v3, section 3.2.
    """

    code = "S01"
    name = "bias-before-norm"
    severity = "warn"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        biased = [node for node in net.of("conv", "conv_transpose", "linear") if _has_bias(node) and _is_cancelled(net, node)]
        names = _unshared(net, {node.name for node in biased}) if biased else set[str]()
        bias = {node.name: net.known(node).param_shapes.get("bias") for node in net.nodes if node.name in names}
        params = {name: shape[0] for name, shape in bias.items() if shape}
        if not params:
            return
        count, words = sum(params.values()), marked("{count} values of bias are taken away again by the normalisation behind")
        without = marked("bias=False (trained weights: subtract the bias from the running mean, too)")
        yield self.found(
            params,
            remark(words, count=grouped(count)),
            evidence={"params": count, "layers": params},
            fixes=[Fix(remark(without), lambda graph: _without_bias(graph, names))],
        )


def _has_bias(node: Node) -> bool:
    return len(node.inputs) == 1 and bool(node.op.settings()["bias"])


def _is_cancelled(net: Network, node: Node) -> bool:
    """Does the one reader of this node subtract the mean of each of its channels?"""
    x = net.known(node).outputs[0]
    axis = x.rank - 1 if node.op.name == "linear" else channel_axis(node.op, net.known(node).inputs[0])
    after = net.after(node)
    while after is not None and _keeps_constants(after, axis):
        node, after = after, net.after(after)
    return after is not None and _is_trained(net, after) and _centres(after.op, net.known(after).inputs[0], axis)


def _keeps_constants(node: Node, axis: int) -> bool:
    if node.op.name == "flatten":
        return axis == 1 and bool(node.op.settings()["start"] == 1)
    if node.op.name == "avg_pool":
        settings = node.op.settings()
        return not settings["ceil_mode"] and set(settings["padding"]) == {(0, 0)}
    return node.op.name in KEEPS_CONSTANTS


def _is_trained(net: Network, norm: Node) -> bool:
    """Does it hold its scale and shift itself, and are these not frozen?"""
    if norm.name not in net.facts.nodes or len(norm.inputs) > 1:
        return False
    params = net.known(norm).param_shapes
    return not params or not set(params) <= set(norm.frozen)


def _centres(op: Op, x: TensorSpec, axis: int) -> bool:
    """Does it subtract a mean that is taken over no other place of the channels' axis?"""
    settings = op.settings()
    match op.name:
        case "batch_norm":
            return axis == 1
        case "instance_norm":
            return axis == (1 if settings["space"] is None else x.rank - settings["space"] - 1)
        case "group_norm":
            return axis == 1 and bool(settings["groups"] == x.dims[1])
        case "layer_norm":
            return axis < x.rank - len(settings["shape"])
    return False


def _unshared(net: Network, names: set[str]) -> set[str]:
    """Those of the nodes whose bias has no use where it would not cancel."""
    uses = [(tie.owner, node.name) for node in net.nodes for tie in node.ties if tie.owner_param == "bias"]
    lost = {owner for owner, user in uses if user not in names}
    return names - lost - {user for owner, user in uses if owner in lost}


def _without_bias(graph: Graph, names: set[str]) -> Graph:
    return verify(replace(graph, nodes=tuple(_bare(node) if node.name in names else node for node in graph)))


def _bare(node: Node) -> Node:
    return replace(
        node,
        op=with_settings(node.op, bias=False),
        ties=tuple(tie for tie in node.ties if tie.param != "bias"),
        frozen=tuple(param for param in node.frozen if param != "bias"),
        weights=tuple(weight for weight in node.weights if weight[0] != "bias"),
    )
