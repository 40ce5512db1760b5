"""Resizes that put the pixels of a map at places that are no whole ratio apart."""

from fractions import Fraction
from typing import NamedTuple

from convlens.ir.graph import Node
from convlens.ir.op import Along
from convlens.linting.network import Network
from convlens.passes.reads import reads_of


class Resize(NamedTuple):
    """A resize of an axis from ``size`` to ``out`` pixels, whose pixels lie ``ratio`` pixels of its input apart."""

    axis: int
    size: int
    out: int
    ratio: Fraction

    @property
    def whole(self) -> bool:
        return 1 in self.ratio.as_integer_ratio()


def uneven_resizes(net: Network) -> dict[Node, list[Resize]]:
    """The nodes that resize an axis so that neither the ratio nor its inverse is a whole number."""
    found = {node: [resize for resize in _resizes(net, node) if not resize.whole] for node in net.of("interpolate")}
    return {node: each for node, each in found.items() if each}


def _resizes(net: Network, node: Node) -> list[Resize]:
    """Its axes of more than one pixel before and after; those whose pattern is too irregular to be known are left out."""
    known = net.known(node)
    (read,), sizes, out = reads_of(node.op, known.inputs)[0], known.inputs[0].dims, known.outputs[0].dims
    return [
        Resize(axis, sizes[axis], out[axis], along.map.stride)
        for axis, along in enumerate(read)
        if axis >= 2 and isinstance(along, Along) and sizes[axis] > 1 and out[axis] > 1
    ]
