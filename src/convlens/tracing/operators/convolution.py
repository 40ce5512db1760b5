"""Convolution: a window of the padded input times the kernel, on the channels of one group."""

from math import prod

from convlens.ir.spec import Shape
from convlens.ops._window import channel_axis, spatial
from convlens.tracing.number import total
from convlens.tracing.operators import Asked, traces
from convlens.tracing.plane import Plane, taps
from convlens.tracing.term import Channel, Term, Traced, View


def _count(asked: Asked) -> int:
    count: int = prod(asked.op.kernel) * len(group(asked))
    return count


@traces("conv", count=_count)
def convolution(asked: Asked) -> Traced:
    """``y[o, p] = bias[o] + sum over c, j of x[c, p*stride - padding + dilation*j] * w[o, c, j]``."""
    op, where = asked.op, channel_axis(asked.op, asked.spec)
    plane = Plane(spatial(op, asked.spec), op.pads(asked.spec), op.padding_mode)
    start = window_start(asked, plane)
    channels = []
    for number, channel in enumerate(group(asked)):
        lead = (*asked.index[:where], channel)
        terms = []
        for tap in taps(op.kernel):
            place = tuple(s + d * j for s, d, j in zip(start, op.dilation, tap, strict=True))
            weight = asked.weights["weight"].read((asked.index[where], number, *tap))
            terms.append(on_plane(asked, plane, lead, place, tap)._replace(weight=weight))
        channels.append(Channel(channel, tuple(terms)))
    return summed(asked, (View("window", plane, tuple(channels)),), asked.index[where])


def group(asked: Asked) -> range:
    """The input channels that this output channel reads."""
    where = channel_axis(asked.op, asked.spec)
    read, made = asked.spec.dims[where] // asked.op.groups, asked.op.out // asked.op.groups
    first = asked.index[where] // made * read
    return range(first, first + read)


def window_start(asked: Asked, plane: Plane) -> Shape:
    """The place of the window's first tap."""
    where = channel_axis(asked.op, asked.spec)
    settings = zip(asked.index[where + 1 :], asked.op.steps(), plane.pads, strict=True)
    return tuple(y * stride - left for y, stride, (left, _) in settings)


def on_plane(asked: Asked, plane: Plane, lead: Shape, place: Shape, tap: Shape) -> Term:
    """The value at a place of the plane: a pixel's, or zero."""
    pixel = plane.pixel(place)
    at = None if pixel is None else (*lead, *pixel)
    return Term(0 if at is None else asked.x.read(at), at, place, tap)


def summed(asked: Asked, views: tuple[View, ...], out: int) -> Traced:
    """The value of a sum of products and the bias of output channel ``out``."""
    bias = asked.weights["bias"].read((out,)) if asked.op.bias else None
    products = [term.product for channel in views[0].channels for term in channel.terms]
    return Traced(asked.index, "sum", views, total(products if bias is None else [*products, bias]), bias)
