"""Functions that squash their input into a bounded range, and what is left of that when it is done twice."""

from collections.abc import Iterator
from math import exp, log, tanh
from typing import NamedTuple

from convlens.ir.graph import Node
from convlens.linting.network import Network
from convlens.linting.ranges import Range

SHARES = ("softmax", "softmin")
GATES = ("sigmoid", "hardsigmoid")
SECOND = (*SHARES, "log_softmax", *GATES, "tanh")
"""The functions that should not be given what is squashed already."""

IN_PLACE = frozenset(("identity", "dropout"))
"""What stands between and leaves every value in its place."""

BETWEEN = IN_PLACE | {"max_pool", "adaptive_max_pool", "flatten", "reshape", "permute", "squeeze", "unsqueeze"}


class Twice(NamedTuple):
    """``second`` is given what ``first`` has squashed to ``given``; all it can make lies in ``left``.

    ``changes`` is False where the second application leaves every value as it is, as log_softmax of log_softmax.
    """

    first: Node
    second: Node
    given: Range
    left: Range
    changes: bool = True


def squashed_twice(net: Network) -> Iterator[Twice]:
    for second in net.of(*SECOND):
        first, moved = _squashed_before(net, second)
        if first is not None:
            found = _twice(net, first, second, moved)
            if found is not None:
                yield found


def _squashed_before(net: Network, second: Node) -> tuple[Node | None, bool]:
    """The function before this one, and whether something between moves values to other places."""
    moved = False
    node = net.before(second)
    while node is not None and node.op.name in BETWEEN:
        moved = moved or node.op.name not in IN_PLACE
        node = net.before(node)
    return (node, moved) if node is not None and node.op.name in SECOND else (None, moved)


def _twice(net: Network, first: Node, second: Node, moved: bool) -> Twice | None:
    a, b = first.op.name, second.op.name
    shared = a in (*SHARES, "log_softmax") and b in (*SHARES, "log_softmax")
    if shared and (moved or _axis(net, first) != _axis(net, second)):
        return None
    given = net.ranges[first.name]
    if a == "log_softmax":
        return Twice(first, second, given, net.ranges[second.name], changes=False) if b in ("log_softmax", "softmax") else None
    if (a == "tanh") != (b == "tanh"):
        return None
    return Twice(first, second, given, _left(net, second, given))


def _axis(net: Network, node: Node) -> int:
    axis: int = node.op.over(net.known(node).inputs[0])  # type: ignore[attr-defined]  # softmax and its variants
    return axis


def _left(net: Network, second: Node, given: Range) -> Range:
    match second.op.name:
        case "sigmoid":
            return Range(1 / (1 + exp(-given.low)), 1 / (1 + exp(-given.high)))
        case "hardsigmoid":
            return Range(given.low / 6 + 0.5, given.high / 6 + 0.5)
        case "tanh":
            return Range(tanh(given.low), tanh(given.high))
    left = shares(net.known(second).inputs[0].dims[_axis(net, second)], given)
    return Range(log(left.low), log(left.high)) if second.op.name == "log_softmax" else left


def shares(count: int, given: Range) -> Range:
    """The smallest and the largest softmax of ``count`` values that all lie in a range.

    >>> share = shares(10, Range(0.0, 1.0))
    >>> round(share.low, 4), round(share.high, 4)
    (0.0393, 0.232)
    """
    ratio = exp(given.width)
    return Range(1 / (1 + (count - 1) * ratio), ratio / (ratio + count - 1))
