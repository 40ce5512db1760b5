"""S12: the images of a batch are mixed."""

from collections.abc import Iterator
from dataclasses import replace

from convlens.arith.axis import IDENTITY
from convlens.ir.edit import with_settings
from convlens.ir.graph import Graph, Node
from convlens.ir.op import Along
from convlens.ir.spec import show_shape
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.batch_axis import batched
from convlens.linting.downstream import nearest_ahead
from convlens.linting.edits import with_ops
from convlens.linting.finding import Finding, Fix
from convlens.linting.network import Network
from convlens.linting.rule import Rule
from convlens.ops.flatten import Flatten
from convlens.passes.receptive_field import moving_reads

SHARES = ("softmax", "log_softmax", "softmin")
MIXERS = ("flatten", "reshape")


class BatchMixed(Rule):
    """The axis of the batch is mixed into the features.

    ## Why
    Axis 0 of a batch counts its images, and nothing that a classifier does may touch it. A flatten from axis 0 on makes one
    vector of the whole batch, a view with a wrong number of features makes rows that are no images, and a softmax over axis 0
    makes the images of a batch share one sum. None of these stops the program at once: the output has another number of rows
    than there are labels, or a loss that cannot fall.

    ## Bad
        input x: 4x3x32x32
        c = conv(x, out=16, kernel=3x3, stride=4)
        r = relu(c)
        f = flatten(r, start=0)  # S12
        l = linear(f, out=10)
        output l

    ## Good
        input x: 4x3x32x32
        c = conv(x, out=16, kernel=3x3, stride=4)
        r = relu(c)
        f = flatten(r)
        l = linear(f, out=10)
        output l

    ## Exceptions
    What is folded into the batch and out again (windows, frames of a video), pixels that become rows with their channels
    kept, and outputs that are flattened for a loss are left alone. So is a network whose axis 0 may be time.

    ## Source
    torch.flatten, whose start_dim is 0 where torch.nn.Flatten's is 1; torch.nn.Softmax.
    """

    code = "S12"
    name = "batch-mixed"
    severity = "error"
    status = "preview"

    def check(self, net: Network) -> Iterator[Finding]:
        shares = [node for node in net.of(*SHARES) if _over_axis_0(net, node)]
        mixers = [node for node in net.of(*MIXERS) if _mixes(net, node)]
        if not (shares or mixers):
            return
        known = batched(net)
        yield from (self._shared(net, node) for node in shares if node.inputs[0].node in known)
        found = [node for node in mixers if node.inputs[0].node in known]
        if found:
            layers, lost, stops = _ahead(net, ("linear", "conv", "matmul")), _ahead_of_lost(net), _before_broken(net)
            wrong = [node for node in found if node.name in stops or (node.name in layers and node.name in lost)]
            yield from (self._mixed(net, node) for node in wrong)

    def _mixed(self, net: Network, node: Node) -> Finding:
        x, y = net.known(node).inputs[0], net.known(node).outputs[0]
        given, made, batch = show_shape(x.dims), show_shape(y.dims), x.dims[0]
        if y.rank == 1:
            words = marked("merges the batch of {batch} with the features: {given} becomes {made}, one vector for all images")
            told = remark(words, batch=batch, given=given, made=made)
        else:
            words = marked("the batch of {batch} becomes {rows} rows, {given} becomes {made}: a row is no image")
            told = remark(words, batch=batch, rows=y.dims[0], given=given, made=made)
        fix = Fix(remark(marked("flatten from axis 1 on")), lambda graph: _with_flatten(graph, node.name), reshapes=True)
        return self.found(node.name, told, evidence={"batch": batch, "made": list(y.dims)}, fixes=[fix])

    def _shared(self, net: Network, node: Node) -> Finding:
        x, op = net.known(node).inputs[0], with_settings(node.op, axis=1)
        words = marked("{activation} over axis 0 of {given}: the images of a batch share one sum, and the classes do not")
        told = remark(words, activation=node.op.name, given=show_shape(x.dims))
        fix = Fix(remark(marked("axis=1, that of the classes")), lambda graph: with_ops(graph, {node.name: op}))
        return self.found(node.name, told, evidence={"axis": 0, "batch": x.dims[0]}, fixes=[fix])


def _with_flatten(graph: Graph, name: str) -> Graph:
    return replace(with_ops(graph, {name: Flatten()}), broken=None)


def _over_axis_0(net: Network, node: Node) -> bool:
    x = net.known(node).inputs[0]
    return x.rank >= 2 and node.op.over(x) == 0  # type: ignore[attr-defined]  # softmax and its variants


def _mixes(net: Network, node: Node) -> bool:
    """Does it make a vector or a matrix whose axis 0 is no longer that of the input, nor its last axis?

    Where the last axis is kept, all others became rows, which are meant: pixels, frames, words.
    """
    x, y = net.known(node).inputs[0], net.known(node).outputs[0]
    if x.rank < 2 or not 1 <= y.rank <= 2 or y.dims[0] == x.dims[0]:
        return False
    if y.rank == 1:
        return True
    read = moving_reads(node.op, (x,))[0][0]
    return read is not None and read[-1] != Along(1, IDENTITY)


def _ahead(net: Network, ops: tuple[str, ...]) -> dict[str, str]:
    return nearest_ahead(net, [node.name for node in net.of(*ops)], frozenset())


def _ahead_of_lost(net: Network) -> dict[str, str]:
    """The nodes before an output that has another size along axis 0 than every input."""
    sizes = {item.spec.dims[0] for item in net.graph.inputs if item.spec.rank}
    lost = [ref for ref in net.ends if net.spec(ref).rank and net.spec(ref).floating]
    return nearest_ahead(net, [ref.node for ref in lost if net.spec(ref).dims[0] not in sizes], frozenset())


def _before_broken(net: Network) -> set[str]:
    """Where a linear layer was made for another number of features: the nodes from which it alone reads."""
    node, found = net.facts.broken, set[str]()
    while node is not None and (not found or len(node.inputs) == 1):
        node = net.before(node) if node.inputs and (found or node.op.name == "linear") else None
        found |= {node.name} if node is not None else set()
    return found
