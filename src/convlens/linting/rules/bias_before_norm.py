"""S01: a bias that the next normalisation takes away again."""

from collections.abc import Iterator

from convlens.arith.units import grouped
from convlens.ir.edit import with_settings
from convlens.ir.graph import Graph, Node
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.edits import with_ops
from convlens.linting.finding import Finding, Fix
from convlens.linting.network import Network
from convlens.linting.rule import Rule


class BiasBeforeNorm(Rule):
    """A bias that the next normalisation takes away again.

    ## Why
    Batch and instance normalisation subtract the mean of each channel, so a constant that is added to a channel just before
    cancels. Its gradient in training is exactly zero, and it costs memory and time.

    ## Bad
        input x: 1x3x32x32
        c = conv(x, out=16, kernel=3x3)  # S01
        b = batch_norm(c)
        output b

    ## Good
        input x: 1x3x32x32
        c = conv(x, out=16, kernel=3x3, bias=false)
        b = batch_norm(c)
        output b

    ## Source
    Ioffe & Szegedy, Batch Normalization, arXiv:1502.03167v3, section 3.2.
    """

    code = "S01"
    name = "bias-before-norm"
    severity = "warn"
    status = "stable"

    def check(self, net: Network) -> Iterator[Finding]:
        biased = [node for node in net.of("conv", "conv_transpose", "linear") if node.op.settings()["bias"]]
        cancelled = [node for node in biased if _is_cancelled(net, node)]
        if not cancelled:
            return
        count = sum(net.known(node).params and net.known(node).param_shapes["bias"][0] for node in cancelled)
        yield self.found(
            [node.name for node in cancelled],
            remark(marked("{count} values of bias are taken away again by the normalisation behind"), count=grouped(count)),
            evidence={"params": count},
            fixes=[Fix(remark(marked("bias=False, which changes no output")), lambda graph: _without_bias(graph, cancelled))],
        )


def _is_cancelled(net: Network, node: Node) -> bool:
    after = net.after(node)
    if after is None or "bias" not in net.known(node).param_shapes or after.op.name not in ("batch_norm", "instance_norm"):
        return False
    channels_last = node.op.name == "linear" and net.known(node).outputs[0].rank != 2
    return not channels_last


def _without_bias(graph: Graph, nodes: list[Node]) -> Graph:
    return with_ops(graph, {node.name: with_settings(node.op, bias=False) for node in nodes})
