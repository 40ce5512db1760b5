"""Transposed convolution, seen twice: as the inputs that paint a pixel, and as a convolution of the stretched input."""

from math import prod

from convlens.ir.spec import Shape
from convlens.ops._window import channel_axis, spatial
from convlens.tracing.number import Number
from convlens.tracing.operators import Asked, traces
from convlens.tracing.operators.convolution import group, on_plane, summed
from convlens.tracing.plane import Plane, taps
from convlens.tracing.term import Channel, Term, Traced, View


def _count(asked: Asked) -> int:
    count: int = prod(asked.op.kernel) * len(group(asked))
    return count


@traces("conv_transpose", count=_count)
def transposed(asked: Asked) -> Traced:
    """``y[o, p] = bias[o] + sum over c, i, j with i*stride - padding + dilation*j == p of x[c, i] * w[c, o, j]``."""
    where = channel_axis(asked.op, asked.spec)
    views = (_view(asked, "scattering", image(asked)), _view(asked, "stretched", stretched(asked)))
    return summed(asked, views, asked.index[where])


def image(asked: Asked) -> Plane:
    """The input as it is."""
    return Plane(spatial(asked.op, asked.spec), ((0, 0),) * asked.op.axes)


def stretched(asked: Asked) -> Plane:
    """The input with ``stride - 1`` zeros between its pixels, padded so that a convolution of stride 1 gives the output.

    Source: Dumoulin & Visin, arXiv:1603.07285v2, relationship 14.
    """
    op = asked.op
    reach = [d * (k - 1) for k, d in zip(op.kernel, op.dilation, strict=True)]
    sides = zip(reach, op.padding, op.output_padding, strict=True)
    pads = tuple((r - left, r - right + extra) for r, (left, right), extra in sides)
    return Plane(spatial(op, asked.spec), pads, stretch=op.stride)


def _view(asked: Asked, name: str, plane: Plane) -> View:
    where = channel_axis(asked.op, asked.spec)
    terms = _painting if name == "scattering" else _sliding
    channels = (
        Channel(channel, tuple(terms(asked, plane, (*asked.index[:where], channel)))) for channel in group(asked)
    )  # fmt: skip
    return View(name, plane, tuple(channels))


def _painting(asked: Asked, plane: Plane, lead: Shape) -> list[Term]:
    """The inputs whose patch covers the output pixel, each with the tap that falls on it."""
    op, where, found = asked.op, channel_axis(asked.op, asked.spec), []
    for tap in taps(op.kernel):
        settings = zip(asked.index[where + 1 :], op.padding, op.dilation, tap, op.stride, strict=True)
        sources = [divmod(y + left - d * j, stride) for y, (left, _), d, j, stride in settings]
        place = tuple(i for i, _ in sources)
        if not any(rest for _, rest in sources) and plane.inside(place):
            found.append(on_plane(asked, plane, lead, place, tap)._replace(weight=_weight(asked, lead[-1], tap)))
    return sorted(found, key=lambda term: term.place)


def _sliding(asked: Asked, plane: Plane, lead: Shape) -> list[Term]:
    """The window of the stretched input, each place with the tap of the turned kernel."""
    op, where, found = asked.op, channel_axis(asked.op, asked.spec), []
    for slot in taps(op.kernel):
        settings = zip(asked.index[where + 1 :], plane.pads, op.dilation, slot, strict=True)
        place = tuple(y - left + d * j for y, (left, _), d, j in settings)
        tap = tuple(k - 1 - j for k, j in zip(op.kernel, slot, strict=True))
        found.append(on_plane(asked, plane, lead, place, tap)._replace(weight=_weight(asked, lead[-1], tap)))
    return found


def _weight(asked: Asked, channel: int, tap: Shape) -> Number:
    out = asked.index[channel_axis(asked.op, asked.spec)] % (asked.op.out // asked.op.groups)
    return asked.weights["weight"].read((channel, out, *tap))
