"""On which values the batch of the network's input still lies along axis 0."""

from convlens.arith.axis import IDENTITY
from convlens.ir.graph import Node
from convlens.ir.op import Along
from convlens.ir.spec import TensorSpec
from convlens.linting.network import Network
from convlens.passes.receptive_field import moving_reads

PICTURES = (1, 3)
"""Numbers of channels by which an input of four axes is known as a batch of pictures though nothing slides over it."""

KEEPS_THE_SIZE = frozenset(("flatten", "reshape"))
PAIRS = frozenset(("matmul", "einsum", "cdist"))
"""Of two matrices they compare each row with each row: contrastive losses do that with a batch."""


def batched(net: Network) -> set[str]:
    """The nodes and inputs whose axis 0 (of their first output) is for certain the batch of one network input.

    For certain, as a layer that slides over it takes the axis as the batch, or as the input is a batch of pictures. A
    sequence that an RNN reads may have its time there.

    >>> from convlens.ir.text import parse
    >>> net = Network(parse("input x: 4x3x8x8\\nf = flatten(x)\\nl = linear(f, out=9)\\np = permute(l, order=[1, 0])\\noutput p"))
    >>> sorted(batched(net))
    ['f', 'l', 'x']
    """
    known = {item.name for item in net.graph.inputs if _is_pictures(item.spec)}
    maybe = {item.name for item in net.graph.inputs if item.spec.rank >= 3} - known
    for node in net.nodes:
        if not node.inputs or not net.known(node).outputs:
            continue
        if _slides_over_a_batch(net, node):
            if node.inputs[0].node in known or node.inputs[0].node in maybe:
                known.add(node.name)
        elif any(ref.node in known and _kept(net, node, at) for at, ref in enumerate(node.inputs)):
            known.add(node.name)
        elif not node.op.axes and any(ref.node in maybe and _kept(net, node, at) for at, ref in enumerate(node.inputs)):
            maybe.add(node.name)
    return known


def _is_pictures(spec: TensorSpec) -> bool:
    return spec.rank == 4 and spec.floating and spec.dims[1] in PICTURES


def _slides_over_a_batch(net: Network, node: Node) -> bool:
    return bool(node.op.axes) and net.known(node).inputs[0].rank == node.op.axes + 2


def _kept(net: Network, node: Node, at: int) -> bool:
    """Is axis 0 of this input read in its place by axis 0 of the output?"""
    x, y = net.known(node).inputs[at], net.known(node).outputs[0]
    if not (x.rank and y.rank) or (node.op.name in PAIRS and y.rank == 2):
        return False
    if node.op.name in KEEPS_THE_SIZE:
        return x.dims[0] == y.dims[0]
    if node.op.axes and x.rank == node.op.axes + 1:
        return False
    read = moving_reads(node.op, net.known(node).inputs)[0][at]
    return read is None or (isinstance(read[0], Along) and read[0] == Along(0, IDENTITY))
