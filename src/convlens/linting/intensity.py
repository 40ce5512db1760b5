"""How much arithmetic does a layer do for each byte that it must move?"""

from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from convlens.ir.graph import Node
from convlens.ir.op import Inputs, Op
from convlens.linting.devices import Device
from convlens.linting.network import Network
from convlens.passes.facts import op_facts

LAYERS = ("conv", "conv_transpose", "linear")


class Work(NamedTuple):
    """``operations`` of a layer, two for each multiply-accumulate, and the ``values`` that it reads and writes: inputs,
    weights and outputs, each once.
    """

    operations: int
    values: int

    def intensity(self, device: Device) -> Fraction:
        """Operations for each byte."""
        return Fraction(self.operations, self.values * device.item_bytes)

    def waits(self, device: Device) -> bool:
        """Do the bytes take longer than the arithmetic?"""
        return self.ticks(device) > self.operations * (device.bandwidth or 1)

    def ticks(self, device: Device) -> int:
        """The time that the layer takes at least, that of its arithmetic or that of its bytes, in a unit of the device: one
        second divided by its operations and by its bytes a second.
        """
        return max(self.operations * (device.bandwidth or 1), self.values * device.item_bytes * (device.peak or 0))


@lru_cache(maxsize=8192)
def work(op: Op, xs: Inputs) -> Work:
    """The work of one layer. For 56x56 pixels of 128 channels in 2 bytes each: a depthwise, a 1x1 and a 3x3 convolution.

    >>> from convlens.linting.devices import DEVICES
    >>> from convlens.ops.conv import Conv
    >>> x = (TensorSpec((1, 128, 56, 56)),)
    >>> wide = {"out": 128, "kernel": (3, 3), "padding": 1, "bias": False}
    >>> each = Conv(**wide, groups=128), Conv(out=128, kernel=(1, 1), bias=False), Conv(**wide)
    >>> [round(float(work(conv, x).intensity(DEVICES["v100"])), 2) for conv in each]
    [4.49, 62.72, 486.62]
    """
    facts = op_facts(op, xs)
    values = sum(x.numel for x in (*xs, *facts.outputs)) + facts.params
    return Work(2 * (facts.macs or 0), max(values, 1))


def layers(net: Network) -> list[tuple[Node, Work]]:
    """The work of every convolution and linear layer."""
    return [(node, work(node.op, net.known(node).inputs)) for node in net.of(*LAYERS)]
