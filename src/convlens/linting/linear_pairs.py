"""Two layers that are linear maps, with nothing but linear operators between: they are one layer of another size."""

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Any, NamedTuple

from convlens.ir.graph import Node
from convlens.ir.spec import Shape
from convlens.linting.network import Network
from convlens.ops._window import channel_axis

LINEAR = ("conv", "conv_transpose", "linear")
BETWEEN = frozenset(("batch_norm", "identity", "dropout", "flatten"))
"""Linear maps themselves, once the network is used."""

MANY_TAPS = 1 << 16


class Pair(NamedTuple):
    """``second`` reads what ``first`` makes, and nothing else does.

    ``last`` is the node behind which a non-linearity belongs: the normalisation, or the first layer itself. ``kernel`` and
    ``stride`` are those of the one layer that does what the two do (empty for a linear layer), ``merged`` its weights,
    ``weights`` those of the two together. ``reduces`` says that the first is a 1x1 convolution to fewer channels with no
    normalisation behind it, as a layer is split in two to make it cheaper.
    """

    first: Node
    second: Node
    last: Node
    kernel: Shape
    stride: Shape
    merged: int
    weights: int
    reduces: bool


def linear_pairs(net: Network) -> Iterator[Pair]:
    """All pairs of the network that do no more than one layer could, and no less."""
    for second in net.of(*LINEAR):
        chain = _chain(net, second)
        if chain:
            found = _pair(net, chain)
            if found is not None:
                yield found


def _chain(net: Network, second: Node) -> list[Node]:
    """From the linear layer before this one to this one; empty where something else, or another reader, is between."""
    chain = [second]
    while True:
        node = net.before(chain[-1])
        if node is None or len(chain[-1].inputs) > 1 or net.after(node) is not chain[-1]:
            return []
        chain.append(node)
        if node.op.name in LINEAR:
            return chain[::-1] if len(node.inputs) == 1 else []
        if node.op.name not in BETWEEN:
            return []


def _pair(net: Network, chain: list[Node]) -> Pair | None:
    kinds = chain[0].op.name == "linear", chain[-1].op.name == "linear"
    flattened = any(node.op.name == "flatten" for node in chain)
    if kinds == (False, False) and not flattened and chain[0].op.axes == chain[-1].op.axes:
        return _of_convolutions(net, chain)
    if kinds == (True, True) and not flattened:
        return _of_rows(net, chain, net.known(chain[0]).inputs[0].dims[-1], net.known(chain[-1]).inputs[0].dims[-1])
    if kinds == (False, True) and flattened and net.known(chain[-1]).inputs[0].rank == 2:
        return _flattened(net, chain)
    return None


def _flattened(net: Network, chain: list[Node]) -> Pair | None:
    """A convolution whose whole map goes into a linear layer: the two are one linear layer over the convolution's input."""
    first, x = chain[0].op, net.known(chain[0]).inputs[0]
    if channel_axis(first, x) != 1 or _is_thin(net, chain[0]):
        return None
    return _of_rows(net, chain, prod(x.dims[1:]), net.known(chain[-1]).inputs[0].dims[-1])


def _of_rows(net: Network, chain: list[Node], read: int, between: int) -> Pair | None:
    out: int = chain[-1].op.settings()["out"]
    if between < min(read, out):
        return None
    return _made(net, chain, (), (), read * out, reduces=False)


def _of_convolutions(net: Network, chain: list[Node]) -> Pair | None:
    """None for what is split on purpose: thin, separable or low-rank factors, and a pair around an upsampling."""
    first, second = chain[0].op.settings(), chain[-1].op.settings()
    ends = (chain[0], chain[-1])
    if any(_is_thin(net, node) or _enlarges(node) for node in ends) or _is_separable(first["kernel"], second["kernel"]):
        return None
    read, between = (net.known(node).inputs[0].dims[channel_axis(node.op, net.known(node).inputs[0])] for node in ends)
    groups = first["groups"] if first["groups"] == second["groups"] else 1
    if between // groups < min(read // groups * prod(first["kernel"]), second["out"] // groups):
        return None
    axes = list(zip(*(each[name] for each in (first, second) for name in ("kernel", "dilation")), strict=True))
    steps = list(zip(axes, first["stride"], strict=True))
    taps = prod(_taps(k1, d1, k2, d2 * s) for (k1, d1, k2, d2), s in steps)
    return _made(
        net, chain,
        tuple((k1 - 1) * d1 + (k2 - 1) * d2 * s + 1 for (k1, d1, k2, d2), s in steps),
        tuple(s1 * s2 for s1, s2 in zip(first["stride"], second["stride"], strict=True)),
        read // groups * second["out"] * taps,
        reduces=prod(first["kernel"]) == 1 < prod(second["kernel"]) and between < read,
    )  # fmt: skip


def _taps(k1: int, d1: int, k2: int, d2: int) -> int:
    """How many different pixels the two kernels reach together along one axis.

    >>> _taps(3, 1, 3, 1), _taps(3, 1, 3, 4)
    (5, 9)
    """
    if k1 * k2 > MANY_TAPS:
        return (k1 - 1) * d1 + (k2 - 1) * d2 + 1
    return len({a * d1 + b * d2 for a, b in product(range(k1), range(k2))})


def _made(net: Network, chain: list[Node], kernel: Shape, stride: Shape, merged: int, *, reduces: bool) -> Pair:
    last = next((node for node in reversed(chain[:-1]) if node.op.name == "batch_norm"), chain[0])
    weights = sum(prod(_weight(net, node)) for node in (chain[0], chain[-1]))
    return Pair(chain[0], chain[-1], last, kernel, stride, merged, weights, reduces and last is chain[0])


def _weight(net: Network, node: Node) -> Shape:
    return node.op.params(net.known(node).inputs)["weight"]


def _is_thin(net: Network, node: Node) -> bool:
    """Depthwise: every channel by itself."""
    settings: dict[str, Any] = node.op.settings()
    x = net.known(node).inputs[0]
    return settings["groups"] > 1 and bool(settings["groups"] == x.dims[channel_axis(node.op, x)])


def _enlarges(node: Node) -> bool:
    return node.op.name == "conv_transpose" and max(node.op.settings()["stride"]) > 1


def _is_separable(first: Shape, second: Shape) -> bool:
    """Do the two slide along different axes?

    >>> _is_separable((1, 3), (3, 1)), _is_separable((1, 1), (3, 3))
    (True, False)
    """
    return max(first) > 1 and max(second) > 1 and all(1 in pair for pair in zip(first, second, strict=True))
