"""What may follow a layer inside one call: an activation, or the flattening behind a global pooling."""

from collections.abc import Callable, Mapping
from math import exp, prod, tanh

from convlens.ir.spec import Shape
from convlens.tracing.number import Number
from convlens.tracing.operators import Asked, traces
from convlens.tracing.plane import Plane
from convlens.tracing.term import Channel, Term, Traced, View


def _sigmoid(x: Number) -> float:
    """Written so that no power of e overflows."""
    small = exp(-abs(float(x)))
    return 1 / (1 + small) if x >= 0 else small / (1 + small)


FUNCTIONS: Mapping[str, Callable[[Number], Number]] = {
    "relu": lambda x: max(x, 0),
    "relu6": lambda x: min(max(x, 0), 6),
    "sigmoid": _sigmoid,
    "tanh": tanh,
    "identity": lambda x: x,
}


def _one(_asked: Asked) -> int:
    return 1


@traces(*FUNCTIONS, count=_one)
def activation(asked: Asked) -> Traced:
    """The function of the value at the same index."""
    return _through(asked, asked.index, FUNCTIONS[asked.op.name])


@traces("flatten", count=_one)
def flatten(asked: Asked) -> Traced:
    """The same value under another index."""
    dims, start = asked.spec.dims, asked.op.start % max(asked.spec.rank, 1)
    end = asked.op.end % max(asked.spec.rank, 1)
    at = asked.index[start]
    entries = []
    for axis in range(start, end + 1):
        entry, at = divmod(at, prod(dims[axis + 1 : end + 1]))
        entries.append(entry)
    return _through(asked, (*asked.index[:start], *entries, *asked.index[start + 1 :]), FUNCTIONS["identity"])


def _through(asked: Asked, at: Shape, function: Callable[[Number], Number]) -> Traced:
    x = asked.x.read(at)
    plane = Plane(asked.spec.dims, ((0, 0),) * asked.spec.rank)
    view = View("window", plane, (Channel(0, (Term(x, at, at, ()),)),))
    return Traced(asked.index, "function", (view,), function(x))
