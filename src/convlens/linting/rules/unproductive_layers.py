"""G14: convolutions that come after the whole input was seen."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from convlens.ir.graph import Node
from convlens.ir.spec import show_shape
from convlens.lang.messages import marked
from convlens.lang.remark import remark
from convlens.linting.finding import Finding, Fix
from convlens.linting.network import Network
from convlens.linting.rule import Rule
from convlens.passes.shortest_paths import Reaches

MUCH = 4
"""Layers that hold one part in so many of the MACs, or that look beside their place and hold as much of the parameters of all
convolutions, are a fault; fewer are a note."""


View = tuple[tuple[int, ...], Mapping[str, Reaches]]
"""The spatial sizes of an input, and what each node sees of it along its shortest path."""


class UnproductiveLayers(Rule):
    """Convolutions whose input already sees the whole picture on every path.

    ## Why
    A convolution joins what its neighbours see. Where each place sees the whole input already, on the shortest path too,
    there is nothing more to join: layers from there on are predicted to add nothing to the accuracy, and the network is too
    deep, or strides too early, for this input size. A shortcut counts as a path that passes its layers by.

    ## Bad
        input x: 1x3x16x16
        a = conv(x, out=16, kernel=7x7, stride=2, padding=3)
        p = max_pool(a, kernel=3x3, stride=2, padding=1)
        b = conv(p, out=32, kernel=3x3, padding=1)
        c = conv(b, out=32, kernel=3x3, padding=1)  # G14
        d = conv(c, out=32, kernel=3x3, padding=1)  # G14
        output d

    ## Good
        input x: 1x3x16x16
        a = conv(x, out=16, kernel=3x3, padding=1)
        p = max_pool(a, kernel=2x2)
        b = conv(p, out=32, kernel=3x3, padding=1)
        c = conv(b, out=32, kernel=3x3, padding=1)
        d = conv(c, out=32, kernel=3x3, padding=1)
        output d

    ## Exceptions
    A 1x1 convolution joins channels, not places: it counts only behind a layer that counts. The last layer of a network is
    its head and does not count for that alone.

    ## Source
    Richter, Schoening, Wiedenroth, Krumnack, Should You Go Deeper?, arXiv:2106.12307: the border layer, and the feasible
    input sizes from the largest receptive field of a predecessor to the largest of all. The 25 % from which this is a
    warning are ours.
    """

    code = "G14"
    name = "unproductive-layers"
    severity = "warn"
    status = "preview"

    def check(self, net: Network) -> Iterator[Finding]:
        views = [(item.spec.dims[2:], net.shortest[item.name]) for item in net.graph.inputs if item.name in net.shortest]
        late = {node.name for node in _looking(net) if _comes_late(node, views)}
        layers = _unproductive(net, late) if late else []
        if layers:
            yield self._finding(net, layers, views)

    def _finding(self, net: Network, layers: list[Node], views: list[View]) -> Finding:
        shares = _shares(net, layers)
        low, high = _feasible(net, views[0][1])
        macs, params = (f"{100 * part / max(whole, 1):.1f}" for part, whole in (shares.macs, shares.params))
        much = any(MUCH * part >= whole > 0 for part, whole in (shares.macs, shares.looking))
        return self.found(
            [node.name for node in layers],
            remark(
                marked(
                    "{count} of {total} convolutions, with {macs} % of the MACs and {params} % of the parameters of all "
                    "convolutions, come where every path already sees the whole input of {size}"
                ),
                count=len(layers), total=sum(1 for _ in net.of("conv")), macs=macs, params=params, size=show_shape(views[0][0]),
            ),
            severity="warn" if much else "info",
            evidence={
                "macs": shares.macs[0], "total_macs": shares.macs[1], "params": shares.params[0],
                "conv_params": shares.params[1], "input": list(views[0][0]), "feasible": [low, high],
            },
            fixes=[
                Fix(remark(marked("without these layers; or less stride and smaller kernels before them"))),
                Fix(remark(marked("an input of at least {low} pixels, so that every layer adds to what is seen"), low=low)),
            ],
        )  # fmt: skip


def _looking(net: Network) -> Iterator[Node]:
    """The convolutions that look beside their own place."""
    for node, slides in net.windows:
        if node.op.name == "conv" and any(slide.kernel > 1 for slide in slides):
            yield node


def _comes_late(node: Node, views: list[View]) -> bool:
    """Does it read a map that sees all of every input that it sees, and look even further?"""
    told = [_is_beyond(seen.get(node.inputs[0].node), seen.get(node.name), sizes) for sizes, seen in views]
    return any(told) and False not in told


def _is_beyond(before: Reaches | None, own: Reaches | None, sizes: tuple[int, ...]) -> bool | None:
    """None where this input is not seen at all."""
    if before is None or own is None:
        return None if before is own else False
    return all(b.size >= size and o.size > size for b, o, size in zip(before, own, sizes, strict=True))


def _unproductive(net: Network, late: set[str]) -> list[Node]:
    """The late layers and all convolutions that see the input through such layers only, without the head."""
    behind: set[str] = set()
    for node in net.nodes:
        sources = [ref.node for ref in node.inputs if any(ref.node in seen for seen in net.shortest.values())]
        if node.name in late or (sources and behind.issuperset(sources)):
            behind.add(node.name)
    head = next((node for node in reversed(net.nodes) if net.known(node).macs), None)
    return [node for node in net.of("conv") if node.name in behind and (node is not head or node.name in late)]


class _Shares(NamedTuple):
    """Parts of a whole; ``looking`` are the parameters of those layers that look beside their own place."""

    macs: tuple[int, int]
    params: tuple[int, int]
    looking: tuple[int, int]


def _shares(net: Network, layers: list[Node]) -> _Shares:
    """MACs of these layers and of the network; their parameters and those of all convolutions."""
    macs = sum(net.known(node).macs or 0 for node in layers), sum(known.macs or 0 for known in net.facts.nodes.values())
    every = _params(net, net.of("conv"))
    looking = _params(net, (node for node in layers if max(slide.kernel for slide in net.slides(node)) > 1))
    return _Shares(macs, (_params(net, layers), every), (looking, every))


def _params(net: Network, nodes: Iterable[Node]) -> int:
    return sum(net.known(node).params for node in nodes)


def _feasible(net: Network, seen: Mapping[str, Reaches]) -> tuple[int, int]:
    """The smallest square input for which no layer comes late, and the largest that one place still sees whole."""
    before = [min(r.size for r in seen[node.inputs[0].node]) for node in _looking(net) if node.inputs[0].node in seen]
    own = [max(r.size for r in reaches) for node in _looking(net) if (reaches := seen.get(node.name))]
    return max(before, default=1) + 1, max(own, default=1)
