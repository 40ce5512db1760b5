"""E02: layers that wait for memory."""

from collections.abc import Iterator
from math import ceil

from convlens.ir.graph import Node
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.devices import Device
from convlens.linting.finding import Finding, Fix
from convlens.linting.intensity import Work, layers
from convlens.linting.network import Network
from convlens.linting.rule import Rule


class MemoryBound(Rule):
    """Layers that do too little arithmetic for the bytes that they move.

    ## Why
    A layer takes at least the time of its arithmetic, and at least that of reading its input and weights and writing its
    output. Below the ridge of a machine, its operations a second divided by its bytes a second, the bytes take longer, and
    fewer MACs make the layer no faster. A depthwise 3x3 convolution does 4.5 operations for each byte of float16, whatever
    its channels.

    Which layers these are depends on the machine: without a device that is named there is no finding. With one, it is a
    warning where such layers take more than half of the time, and else a note.

    ## Bad
        #: device a100
        input x: 1x256x64x64
        a = conv(x, out=256, kernel=3x3, padding=1, groups=256)  # E02
        b = conv(a, out=512, kernel=3x3, padding=1)
        output b

    ## Good
        #: device a100
        input x: 1x256x64x64
        a = conv(x, out=256, kernel=3x3, padding=1)
        b = conv(a, out=512, kernel=3x3, padding=1)
        output b

    ## Source
    Williams, Waterman, Patterson, Roofline, CACM 52(4), 2009, doi 10.1145/1498765.1498785; NVIDIA, GPU Performance
    Background User's Guide. The machines and their sources: `convlens.linting.devices`.
    """

    code = "E02"
    name = "memory-bound"
    severity = "info"
    status = "preview"

    def check(self, net: Network) -> Iterator[Finding]:
        device = net.device
        every = layers(net) if net.for_device and device.ridge else []
        waiting = [(node, work) for node, work in every if work.waits(device)]
        if not waiting:
            return
        part, whole = (sum(work.ticks(device) for _, work in some) for some in (waiting, every))
        node, least = min(waiting, key=lambda each: each[1].operations / each[1].values)
        yield self.found(
            [node.name for node, _ in waiting],
            remark(
                marked(
                    "{count} of {total} convolutions and linear layers, with {share} % of the least time that all take, wait for "
                    "memory on {device}: fewer than {ridge} operations for a byte, down to {least} at {node}"
                ),
                count=len(waiting), total=len(every), device=device.title, share=f"{100 * part / whole:.0f}",
                ridge=f"{float(device.ridge or 0):.0f}", least=f"{float(least.intensity(device)):.2f}", node=node.name,
            ),
            severity="warn" if 2 * part > whole else "info",
            evidence={
                "device": device.name, "ridge": str(device.ridge), "layers": len(every), "least": node.name,
                "operations": least.operations, "bytes": least.values * device.item_bytes,
            },
            fixes=_fixes(net, waiting, device),
        )  # fmt: skip


def _fixes(net: Network, waiting: list[tuple[Node, Work]], device: Device) -> Iterator[Fix]:
    if any(node.op.name != "linear" for node, _ in waiting):
        words = marked("fewer bytes: fused kernels, smaller dtypes, fewer but wider layers")
        yield Fix(remark(words))
    linear = [node for node, _ in waiting if node.op.name == "linear"]
    batches = [batch for node in linear if (batch := _batch(net, node, device))]
    if batches:
        yield Fix(remark(marked("for the linear layers, a batch of at least {batch}"), batch=max(batches)))


def _batch(net: Network, node: Node, device: Device) -> int:
    """The smallest batch with which a linear layer reaches the ridge; 0 where none does.

    With n inputs and m outputs, b rows do 2*b*n*m operations on b*(n + m) + n*m values.
    """
    known = net.known(node)
    n, m = known.inputs[0].dims[-1], known.outputs[0].dims[-1]
    ridge = (device.ridge or 0) * device.item_bytes
    gain = 2 * n * m - ridge * (n + m)
    return ceil(ridge * n * m / gain) if gain > 0 and known.inputs[0].rank == 2 else 0
