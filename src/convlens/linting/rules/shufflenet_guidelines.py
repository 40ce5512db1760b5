"""E04: what moves more bytes than its MACs need."""

from collections.abc import Iterator
from math import isqrt, prod
from typing import NamedTuple

from convlens.ir.graph import Node
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.channels import heads
from convlens.linting.finding import Finding, Fix
from convlens.linting.network import Network
from convlens.linting.rule import Rule
from convlens.ops._window import channel_axis


class _Move(NamedTuple):
    """A convolution moves ``values``; with as many MACs, equal channels or no groups would move ``least``, rounded down."""

    node: Node
    groups: int
    values: int
    least: int


class ShufflenetGuidelines(Rule):
    """Layers that move more values than others with as many MACs.

    ## Why
    MACs are not time. A 1x1 convolution over n places from c1 to c2 channels does n*c1*c2 MACs and moves n*(c1 + c2) + c1*c2
    values: the fewest where c1 and c2 are equal (G1). With groups, as many MACs move more values (G2). Activations and sums
    do no MACs and still read and write whole maps (G4).

    ## Bad
        input x: 1x16x56x56
        a = conv(x, out=128, kernel=1x1)  # E04
        b = conv(a, out=128, kernel=3x3, padding=1)
        c = conv(b, out=128, kernel=3x3, padding=1, groups=8)  # E04
        output c

    ## Good
        input x: 1x16x56x56
        a = conv(x, out=16, kernel=1x1)
        b = conv(a, out=128, kernel=3x3, padding=1)
        c = conv(b, out=128, kernel=3x3, padding=1)
        output c

    ## Exceptions
    Depthwise convolutions have no equal without groups, and are left to E02. The last layer makes as many channels as the
    task asks for, and does not count.

    ## Source
    Ma, Zhang, Zheng, Sun, ShuffleNet V2, arXiv:1807.11164, section 3, guidelines G1, G2 and G4. From which excess on this is
    a note is ours: a fifth for G1, a half of all values for G4.
    """

    code = "E04"
    name = "shufflenet-guidelines"
    severity = "info"
    status = "preview"

    def check(self, net: Network) -> Iterator[Finding]:
        last = heads(net)
        moves = [move for node in net.of("conv") if node.name not in last and (move := _move(net, node))]
        unequal = [move for move in moves if move.groups == 1 and 5 * move.values >= 6 * move.least]
        if unequal:
            words = marked(
                "1x1 convolutions with unequal channels: {count}; they move {values} values, {share} % more than equal channels "
                "would for as many MACs"
            )
            yield self._more(unequal, words, marked("channels that differ less before and behind these layers"))
        grouped = [move for move in moves if move.groups > 1]
        if grouped:
            words = marked(
                "convolutions in groups: {count}; they move {values} values, {share} % more than dense ones would for as many "
                "MACs"
            )
            yield self._more(grouped, words, marked("fewer groups and fewer channels, for as many MACs"))
        yield from self._elementwise(net)

    def _more(self, moves: list[_Move], words: str, fix: str) -> Finding:
        values, least = sum(move.values for move in moves), sum(move.least for move in moves)
        share = f"{100 * (values - least) / least:.0f}"
        return self.found(
            [move.node.name for move in moves],
            remark(words, count=len(moves), values=f"{values:,}", share=share),
            evidence={"values": values, "least_values": least},
            fixes=[Fix(remark(fix))],
        )

    def _elementwise(self, net: Network) -> Iterator[Finding]:
        light, whole = _light(net)
        part = sum(light.values())
        if 2 * part > whole:
            words = marked("layers that work value by value: {count}; they move {share} % of all values that the network moves")
            yield self.found(
                light,
                remark(words, count=len(light), share=f"{100 * part / whole:.0f}"),
                evidence={"values": part, "total_values": whole},
                fixes=[Fix(remark(marked("fewer activations and sums, or kernels that do them with the layer before")))],
            )


def _move(net: Network, node: Node) -> _Move | None:
    """None for what no guideline speaks of: a dense convolution of a larger kernel, and a depthwise one."""
    settings, known = node.op.settings(), net.known(node)
    x, y, groups = known.inputs[0], known.outputs[0], settings["groups"]
    pointwise = max(settings["kernel"]) == max(settings["stride"]) == 1
    channels = x.dims[channel_axis(node.op, x)]
    if groups == channels or (groups == 1 and not pointwise):
        return None
    weights = settings["out"] * (channels // groups) * prod(settings["kernel"])
    least = isqrt(4 * x.numel * y.numel if groups == 1 else (x.numel + y.numel) ** 2 // groups)
    return _Move(node, groups, x.numel + y.numel + weights, least + weights)


def _light(net: Network) -> tuple[dict[str, int], int]:
    """The values that each layer moves that works value by value, and those that all layers move.

    A batch normalisation counts as the convolution that takes it in. Layers that are alike share their facts, so their
    values are counted once.
    """
    light: dict[str, int] = {}
    counted: dict[int, int] = {}
    whole = 0
    for node in net.nodes:
        if node.op.view or node.op.name == "batch_norm":
            continue
        known = net.known(node)
        values = counted.get(id(known))
        if values is None:
            values = counted[id(known)] = sum(spec.numel for spec in (*known.inputs, *known.outputs)) + known.params
        whole += values
        if known.macs == 0 and known.elementwise and known.inputs and known.inputs[0].dims == known.outputs[0].dims:
            light[node.name] = values
    return light, whole
