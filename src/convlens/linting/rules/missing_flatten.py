"""S09: a linear layer over one axis of the image."""

import re
from collections.abc import Iterator
from dataclasses import replace
from math import prod

from convlens.ir.graph import Graph, Node
from convlens.ir.op import Op
from convlens.ir.spec import TensorSpec, show_shape
from convlens.lang.messages import marked
from convlens.lang.remark import Remark, remark
from convlens.linting.downstream import nearest_ahead
from convlens.linting.edits import before
from convlens.linting.finding import Finding, Fix, Severity
from convlens.linting.naming import free_part
from convlens.linting.network import Network
from convlens.linting.rule import Rule
from convlens.linting.spatial_last import Known, spatial_layer
from convlens.ops._window import channel_axis
from convlens.ops.adaptive_avg_pool import AdaptiveAvgPool
from convlens.ops.flatten import Flatten

ON_AXES = frozenset(("permute", "reshape", "matmul", "scaled_dot_product_attention"))

_MADE_FOR = re.compile(r"its weight is \d+x(\d+), but the input")


class MissingFlatten(Rule):
    """A linear layer over one axis of the image.

    ## Why
    A linear layer works on the last axis and keeps all others. Straight behind a convolution the last axis is the width of
    the image, so every row of every channel is classified by itself, and the output keeps the channels and the rows. What
    was meant is one vector an image: flatten the map, or average it.

    ## Bad
        input x: 1x3x32x32
        c = conv(x, out=16, kernel=3x3)
        r = relu(c)
        l = linear(r, out=10)  # S09
        output l

    ## Good
        input x: 1x3x32x32
        c = conv(x, out=16, kernel=3x3)
        r = relu(c)
        f = flatten(r)
        l = linear(f, out=10)
        output l

    ## Exceptions
    Where the channels were brought to the last axis, or convolutions work on the result, the axis was chosen on purpose. A
    linear layer over the time of a one-dimensional network may be meant, too, so there it is a warning.

    ## Source
    torch.nn.Linear. Reported as a fault in stackoverflow.com/questions/53119432.
    """

    code = "S09"
    name = "missing-flatten"
    severity = "error"
    status = "preview"
    instead_of = ("X01",)

    def check(self, net: Network) -> Iterator[Finding]:
        if net.facts.broken is not None:
            yield from self._broken(net, net.facts.broken)
        known: Known = {}
        wide = [node for node in net.of("linear") if net.known(node).inputs[0].rank > 2]
        found = [(node, layer) for node in wide if (layer := spatial_layer(net, node.inputs[0], known)) is not None]
        worked_on = _works_on(net) if found else {}
        yield from (self._over_one_axis(net, node, layer) for node, layer in found if node.name not in worked_on)

    def _over_one_axis(self, net: Network, node: Node, layer: Node) -> Finding:
        x = net.known(node).inputs[0]
        first = channel_axis(layer.op, net.known(layer).inputs[0])
        words = marked("reads one row of the image, {size} pixels, not its {channels} channels: {given} becomes {made}")
        made = show_shape(net.known(node).outputs[0].dims)
        told = remark(words, size=x.dims[-1], channels=x.dims[first], given=show_shape(x.dims), made=made)
        severity: Severity = "error" if x.rank - first > 2 else "warn"
        evidence = {"axis": x.rank - 1, "size": x.dims[-1], "channels": x.dims[first], "layer": layer.name}
        return self.found(
            node.name, told, severity=severity, evidence=evidence, fixes=[_flatten(node, first), _average(node, x, first)]
        )

    def _broken(self, net: Network, node: Node) -> Iterator[Finding]:
        """A layer of PyTorch says for how many values it was made; the error has the number."""
        made_for = _MADE_FOR.search(net.facts.error.reason) if net.facts.error is not None and node.op.name == "linear" else None
        layer = spatial_layer(net, node.inputs[0], {}) if made_for else None
        if made_for is None or layer is None:
            return
        x, wanted = net.spec(node.inputs[0]), int(made_for[1])
        first = channel_axis(layer.op, net.known(layer).inputs[0])
        told = _cause(x, first, wanted)
        if told is not None:
            evidence = {"wanted": wanted, "flat": prod(x.dims[first:]), "channels": x.dims[first], "layer": layer.name}
            yield self.found(node.name, told, evidence=evidence, fixes=_mending(node, x, first, wanted))


def _cause(x: TensorSpec, first: int, wanted: int) -> Remark | None:
    flat, channels, shape = prod(x.dims[first:]), x.dims[first], show_shape(x.dims)
    if wanted == flat:
        return remark(
            marked("made for the {wanted} values of the whole map {shape}, which was not flattened"), wanted=wanted, shape=shape
        )
    if wanted == channels:
        return remark(
            marked("made for the {wanted} channels of {shape}, whose pixels were not averaged"), wanted=wanted, shape=shape
        )
    if wanted % channels == 0:
        words = marked("made for a flattened map of {channels} channels and {pixels} pixels, but given {shape}, not flattened")
        return remark(words, channels=channels, pixels=wanted // channels, shape=shape)
    return None


def _mending(node: Node, x: TensorSpec, first: int, wanted: int) -> list[Fix]:
    if wanted == prod(x.dims[first:]):
        return [_flatten(node, first)]
    if wanted == x.dims[first]:
        return [_average(node, x, first)]
    words = marked("flatten before it, and another input size: the flattened map of this one has {flat} values")
    return [Fix(remark(words, flat=prod(x.dims[first:])))]


def _works_on(net: Network) -> dict[str, str]:
    """The nodes behind which something slides over an image, or takes the axes in another order."""
    wanted = [node.name for node in net.nodes if node.op.axes or node.op.name in ON_AXES]
    return nearest_ahead(net, wanted, frozenset())


def _flatten(node: Node, first: int) -> Fix:
    words = remark(marked("flatten the map before it, from the axis of the channels on"))
    return Fix(words, lambda graph: _put(graph, node.name, Flatten(start=first)), reshapes=True)


def _average(node: Node, x: TensorSpec, first: int) -> Fix:
    pool = AdaptiveAvgPool(size=(1,) * (x.rank - first - 1))
    words = remark(marked("or average over all pixels, and flatten what is left"))
    return Fix(words, lambda graph: _put(graph, node.name, pool, Flatten(start=first)), reshapes=True)


def _put(graph: Graph, name: str, *ops: Op) -> Graph:
    """These operators before a node; a graph that ended there ends there no longer."""
    for op in ops:
        graph = before(graph, name, op, free_part(graph, name, op.name))
    return replace(graph, broken=None)
