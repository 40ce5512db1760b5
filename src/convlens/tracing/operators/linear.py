"""A fully connected layer: every entry of the last axis times its weight."""

from convlens.tracing.operators import Asked, traces
from convlens.tracing.operators.convolution import on_plane, summed
from convlens.tracing.plane import Plane
from convlens.tracing.term import Channel, Traced, View


def _count(asked: Asked) -> int:
    return asked.spec.dims[-1]


@traces("linear", count=_count)
def linear(asked: Asked) -> Traced:
    """``y[..., o] = bias[o] + sum over i of x[..., i] * w[o, i]``."""
    *lead, out = asked.index
    plane = Plane(asked.spec.dims[-1:], ((0, 0),))
    terms = []
    for place in range(asked.spec.dims[-1]):
        weight = asked.weights["weight"].read((out, place))
        terms.append(on_plane(asked, plane, tuple(lead), (place,), (place,))._replace(weight=weight))
    return summed(asked, (View("window", plane, (Channel(0, tuple(terms)),)),), out)
