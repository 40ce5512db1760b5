"""E03: most of the parameters sit in the fully connected head."""

from collections.abc import Iterator
from math import prod

from convlens.arith.units import grouped
from convlens.ir.graph import Node
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.finding import Finding, Fix
from convlens.linting.network import Network
from convlens.linting.rule import Rule

FLAT = 2
"""Axes of an input that holds one row of values for each picture."""


class LinearHeadShare(Rule):
    """More than half of the parameters sit in the linear layers behind the convolutions.

    ## Why
    A linear layer behind a flattened map has a weight for each place and channel: it outweighs all convolutions together,
    fixes the input size and overfits first. A mean over all places leaves one value for each channel instead.

    ## Bad
        input x: 1x3x32x32
        c = conv(x, out=16, kernel=3x3, padding=1)
        f = flatten(c)
        a = linear(f, out=64)  # E03
        b = linear(a, out=10)  # E03
        output b

    ## Good
        input x: 1x3x32x32
        c = conv(x, out=16, kernel=3x3, padding=1)
        m = adaptive_avg_pool(c, size=[1, 1])
        f = flatten(m)
        b = linear(f, out=10)
        output b

    ## Source
    Lin, Chen, Yan, Network In Network, arXiv:1312.4400v3, section 3.2 (global average pooling). The one half is ours.
    AlexNet has 96.0 % of its parameters there, VGG-16 89.4 %.
    """

    code = "E03"
    name = "linear-head-share"
    severity = "info"
    status = "preview"

    def check(self, net: Network) -> Iterator[Finding]:
        head = [node for node in net.of("linear") if net.known(node).inputs[0].rank <= FLAT]
        if not head or next(net.of("conv", "conv_transpose"), None) is None:
            return
        count = sum(net.known(node).params for node in head)
        total = sum(net.params.values())
        if 2 * count > total:
            yield self.found(
                [node.name for node in head],
                remark(
                    marked("{count} of {total} parameters ({share} %) sit in the linear layers of the head"),
                    count=grouped(count), total=grouped(total), share=f"{100 * count / total:.1f}",
                ),
                evidence={"params": count, "total_params": total},
                fixes=_fixes(net, head),
            )  # fmt: skip


def _fixes(net: Network, head: list[Node]) -> Iterator[Fix]:
    for node in head:
        channels, places = _flattened(net, node)
        if places > 1:
            fewer = (places - 1) * channels * net.known(node).outputs[0].dims[-1]
            words = marked("the mean over the {places} places of each channel before {node}: {fewer} parameters fewer")
            yield Fix(remark(words, places=places, node=node.name, fewer=grouped(fewer)))
            return


def _flattened(net: Network, node: Node) -> tuple[int, int]:
    """Channels and places of the map whose values the layer reads in one row; (0, 0) where there is none."""
    source = net.before(node)
    while source is not None and source.op.name in ("dropout", "identity"):
        source = net.before(source)
    if source is None or source.op.name not in ("flatten", "reshape"):
        return 0, 0
    dims = net.known(source).inputs[0].dims
    fits = len(dims) > FLAT and prod(dims[1:]) == net.known(node).inputs[0].dims[-1]
    return (dims[1], prod(dims[2:])) if fits else (0, 0)
