"""E01: channel counts that the machine's kernels must pad."""

from collections.abc import Iterator

from convlens.ir.edit import with_settings
from convlens.ir.graph import Graph, Node
from convlens.ir.op import Op
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.channels import Channels, heads, odd_layers, up
from convlens.linting.edits import with_ops
from convlens.linting.finding import Finding, Fix
from convlens.linting.network import Network
from convlens.linting.rule import Rule

MUCH = 20
"""For a device that is named, padding of one part in so many of the arithmetic is a warning."""

LITTLE = 100
"""Padding of less than one part in so many is not worth a word."""


class ChannelAlignment(Rule):
    """Channel counts that are no multiple of what the machine computes at once.

    ## Why
    Matrix units work on blocks of channels: 8 in float16, 4 in TF32, 16 in int8, 32 on Qualcomm's tensor processor. A layer
    with 30 channels takes the time of one with 32, or falls back to a slower kernel.

    Without a device, this is a note with the rule for float16, from 1 % more arithmetic on. For a device that is named, it is
    a warning where padding adds at least 5 %, and channels that the data give, 3 in a picture, as many as there are classes at
    the end, stand in a sentence of their own.

    ## Bad
        input x: 1x8x32x32
        a = conv(x, out=30, kernel=3x3, padding=1)  # E01
        b = conv(a, out=16, kernel=3x3, padding=1)  # E01
        output b

    ## Good
        input x: 1x8x32x32
        a = conv(x, out=32, kernel=3x3, padding=1)
        b = conv(a, out=16, kernel=3x3, padding=1)
        output b

    ## Exceptions
    Grouped convolutions do not run on these units as dense ones do, and are left out.

    ## Source
    NVIDIA, Convolutional Layers User's Guide, on tensor cores; Qualcomm AI Engine Direct, HTP guidelines, number of channels.
    The 1 and 5 % are ours.
    """

    code = "E01"
    name = "channel-alignment"
    severity = "info"
    status = "preview"

    def check(self, net: Network) -> Iterator[Finding]:
        multiple = net.device.multiple
        odd = odd_layers(net, multiple)
        chosen = [each for each in odd if each.odd_read(multiple) or each.odd_made(multiple)]
        if chosen:
            yield from self._chosen(net, chosen)
        if not net.for_device:
            return
        first = [each for each in odd if each.first and each.read % multiple]
        if first:
            words = marked("the first layer reads the channels of the data, {channels}; a kernel for {dtype} takes {padded}")
            yield self._given(net, first, words, first[0].read)
        last = [each for each in odd if each.last and each.made % multiple]
        if last:
            words = marked("the last layer makes the channels of the answer, {channels}; a kernel for {dtype} makes {padded}")
            yield self._given(net, last, words, last[0].made)

    def _given(self, net: Network, layers: list[Channels], words: str, channels: int) -> Finding:
        padded = up(channels, net.device.multiple)
        return self.found(
            [each.node.name for each in layers],
            remark(words, channels=channels, dtype=net.device.dtype, padded=padded),
            evidence={"channels": channels, "padded": padded},
        )

    def _chosen(self, net: Network, layers: list[Channels]) -> Iterator[Finding]:
        multiple, names = net.device.multiple, [each.node.name for each in layers]
        total = sum(known.macs or 0 for known in net.facts.nodes.values())
        macs = [net.known(each.node).macs or 0 for each in layers]
        more = sum(each.padded(multiple, count) - count for each, count in zip(layers, macs, strict=True))
        if LITTLE * more < total:
            return
        words = marked(
            "numbers of channels that are no multiple of {multiple} ({dtype}), in {count} layers: padded to one, the network "
            "does {share} % more arithmetic"
        )
        fix = marked("every such number of channels rounded up to a multiple of {multiple}")
        yield self.found(
            names,
            remark(
                words, count=len(layers), multiple=multiple, dtype=net.device.dtype, share=f"{100 * more / max(total, 1):.1f}"
            ),
            severity="warn" if net.for_device and MUCH * more >= total > 0 else "info",
            evidence={"multiple": multiple, "dtype": net.device.dtype, "macs": total, "more_macs": more},
            fixes=[Fix(remark(fix, multiple=multiple), lambda graph: _rounded(graph, net, multiple))],
        )


def _rounded(graph: Graph, net: Network, multiple: int) -> Graph:
    """All dense layers but the heads make a multiple, and what is depthwise follows."""
    kept = heads(net)
    ops = {node.name: _with_more(net, node, multiple) for node in net.of("conv", "conv_transpose", "linear")}
    return with_ops(graph, {name: op for name, op in ops.items() if name not in kept})


def _with_more(net: Network, node: Node, multiple: int) -> Op:
    settings = node.op.settings()
    out, groups = settings["out"], settings.get("groups", 1)
    if groups == 1:
        return with_settings(node.op, out=up(out, multiple))
    weight = net.known(node).param_shapes.get("weight")
    depthwise = weight is not None and weight[1] == 1
    more = up(groups, multiple)
    return with_settings(node.op, out=out // groups * more, groups=more) if depthwise else node.op
