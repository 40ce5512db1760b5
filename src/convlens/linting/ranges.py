"""Between which two values does each tensor lie, whatever the weights and the data are?

A ReLU makes what is at least 0, a sigmoid what lies between 0 and 1; pooling, concatenation and sums hand that on. A
tensor of which nothing is known lies between minus and plus infinity.
"""

from collections.abc import Callable, Mapping
from math import inf
from typing import Any, NamedTuple

from convlens.ir.graph import Node
from convlens.ir.op import Op


class Range(NamedTuple):
    """Every value lies between ``low`` and ``high``, both included."""

    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low


ALL = Range(-inf, inf)
POSITIVE = Range(0.0, inf)
UNIT = Range(0.0, 1.0)

Step = Callable[[Any, list[Range]], Range]

_SAME = (
    "identity flatten reshape permute squeeze unsqueeze unflatten slice split expand tile flip roll channel_shuffle "
    "pixel_shuffle pixel_unshuffle max_pool adaptive_max_pool adaptive_avg_pool index_select gather repeat_interleave"
).split()
"""They choose or average values of their first input."""

_KEEPS_SIGN = "leaky_relu prelu rrelu elu celu selu silu gelu mish hardswish lp_pool".split()
"""Of what is not negative they make nothing negative."""

_BOTH = Range(-1.0, 1.0)
_FIXED = {
    **dict.fromkeys(("sigmoid", "hardsigmoid", "softmax", "softmin"), UNIT),
    **dict.fromkeys(("tanh", "softsign"), _BOTH),
    **dict.fromkeys(("log_softmax", "log_sigmoid"), Range(-inf, 0.0)),
    "softplus": POSITIVE,
}
_FUNCTIONS = {**dict.fromkeys(("exp", "exp2", "abs", "square", "sqrt"), POSITIVE), **dict.fromkeys(("sin", "cos"), _BOTH)}


def ranges(nodes: tuple[Node, ...]) -> Mapping[str, Range]:
    """The range of every node of which something is known, all outputs of a node together."""
    known: dict[str, Range] = {}
    for node in nodes:
        step = _STEPS.get(node.op.name)
        if step is not None:
            found = step(node.op, [known.get(ref.node, ALL) for ref in node.inputs])
            if found != ALL:
                known[node.name] = found
    return known


def clipped(x: Range, low: float, high: float) -> Range:
    """
    >>> clipped(Range(-3.0, 9.0), 0.0, 6.0)
    Range(low=0.0, high=6.0)
    """
    return Range(min(max(x.low, low), high), max(min(x.high, high), low))


def hull(xs: list[Range]) -> Range:
    """The smallest range that holds all of these."""
    return Range(min(x.low for x in xs), max(x.high for x in xs)) if xs else ALL


def _same(_op: Op, xs: list[Range]) -> Range:
    return xs[0]


def _scaled(_op: Op, xs: list[Range]) -> Range:
    """Any positive factor: dropout in training, a sum of several values."""
    return Range(0.0 if xs[0].low >= 0 else -inf, 0.0 if xs[0].high <= 0 else inf)


def _keeps_sign(_op: Op, xs: list[Range]) -> Range:
    return POSITIVE if xs[0].low >= 0 else ALL


def _avg_pool(op: Any, xs: list[Range]) -> Range:
    return _scaled(op, xs) if op.divisor else hull([xs[0], Range(0.0, 0.0)])


def _interpolate(op: Any, xs: list[Range]) -> Range:
    return ALL if op.mode == "bicubic" else xs[0]


def _pad(op: Any, xs: list[Range]) -> Range:
    return hull([xs[0], Range(op.value, op.value)]) if op.mode == "constant" else xs[0]


def _reduce(op: Any, xs: list[Range]) -> Range:
    if op.function in ("mean", "max", "min", "median"):
        return xs[0]
    if op.function in ("var", "std", "norm"):
        return POSITIVE
    return _scaled(op, xs) if op.function == "sum" else ALL


def _operands(op: Any, xs: list[Range]) -> list[Range]:
    return xs if op.scalar is None else [*xs, Range(op.scalar, op.scalar)]


def _add(op: Any, xs: list[Range]) -> Range:
    both = _operands(op, xs)
    return Range(sum(x.low for x in both), sum(x.high for x in both))


def _mul(op: Any, xs: list[Range]) -> Range:
    both = _operands(op, xs)
    if any(x.low < 0 for x in both):
        return ALL
    return UNIT if all(x.high <= 1 for x in both) else POSITIVE


def _elementwise(op: Any, xs: list[Range]) -> Range:
    bounds = limits(op)
    return clipped(xs[0], *bounds) if bounds and len(xs) == 1 else _FUNCTIONS.get(op.function, ALL)


def limits(op: Any) -> tuple[float, float] | None:
    """The two ends to which a "clamp", "maximum" or "minimum" with numbers clips; None for any other function."""
    match op.function, op.scalar, op.upper:
        case "clamp", float(low), float(high):
            return low, high
        case "maximum", float(low), None:
            return low, inf
        case "minimum", float(high), None:
            return -inf, high
    return None


_STEPS: dict[str, Step] = {
    **dict.fromkeys(_SAME, _same),
    **dict.fromkeys(_KEEPS_SIGN, _keeps_sign),
    **{name: lambda _op, _xs, found=found: found for name, found in _FIXED.items()},  # type: ignore[misc]  # a default binds the loop's value
    "relu": lambda _op, xs: clipped(xs[0], 0.0, inf),
    "relu6": lambda _op, xs: clipped(xs[0], 0.0, 6.0),
    "hardtanh": lambda op, xs: clipped(xs[0], op.low, op.high),
    "dropout": _scaled,
    "avg_pool": _avg_pool,
    "interpolate": _interpolate,
    "pad": _pad,
    "reduce": _reduce,
    "concat": lambda _op, xs: hull(xs),
    "stack": lambda _op, xs: hull(xs),
    "add": _add,
    "mul": _mul,
    "elementwise": _elementwise,
}  # fmt: skip
