"""Pooling: the largest value of a window, or its mean."""

from itertools import product
from math import inf, nan, prod

from convlens.ir.spec import Shape
from convlens.ops._window import channel_axis, spatial
from convlens.tracing.number import Number, divided, total
from convlens.tracing.operators import Asked, traces
from convlens.tracing.operators.convolution import on_plane, window_start
from convlens.tracing.plane import Plane, taps
from convlens.tracing.term import Channel, Term, Traced, View


def _of_kernel(asked: Asked) -> int:
    return prod(asked.op.kernel)


@traces("max_pool", count=_of_kernel)
def max_pool(asked: Asked) -> Traced:
    """The first largest pixel of the window; padding is no value."""
    plane = Plane(spatial(asked.op, asked.spec), asked.op.pads(asked.spec), "nothing")
    return _largest(asked, plane, _under(asked, plane))


@traces("avg_pool", count=_of_kernel)
def avg_pool(asked: Asked) -> Traced:
    """The sum of the window by how many of its places count: padding where ``count_include_pad``, beyond it never."""
    op = asked.op
    plane = Plane(spatial(op, asked.spec), op.pads(asked.spec), "zeros" if op.count_include_pad else "nothing")
    terms = _under(asked, plane)
    return _mean(asked, plane, terms, op.divisor or len(terms))


def _whole_window(asked: Asked) -> int:
    return prod(high - low + 1 for low, high in _bounds(asked))


@traces("adaptive_max_pool", count=_whole_window)
def adaptive_max_pool(asked: Asked) -> Traced:
    """The first largest pixel of pixels ``floor(y*n/size)`` to ``ceil((y+1)*n/size) - 1``."""
    return _largest(asked, _image(asked), _within_bounds(asked))


@traces("adaptive_avg_pool", count=_whole_window)
def adaptive_avg_pool(asked: Asked) -> Traced:
    """The mean of those pixels."""
    terms = _within_bounds(asked)
    return _mean(asked, _image(asked), terms, len(terms))


def _under(asked: Asked, plane: Plane) -> tuple[Term, ...]:
    """What counts under the window."""
    op, start, lead = asked.op, window_start(asked, plane), _lead(asked)
    places = [(tap, tuple(s + d * j for s, d, j in zip(start, op.dilation, tap, strict=True))) for tap in taps(op.kernel)]
    return tuple(on_plane(asked, plane, lead, place, tap) for tap, place in places if plane.has_value(place))


def _within_bounds(asked: Asked) -> tuple[Term, ...]:
    bounds, plane = _bounds(asked), _image(asked)
    places = product(*(range(low, high + 1) for low, high in bounds))
    firsts = tuple(low for low, _ in bounds)
    return tuple(
        on_plane(asked, plane, _lead(asked), place, tuple(p - f for p, f in zip(place, firsts, strict=True))) for place in places
    )


def _bounds(asked: Asked) -> list[tuple[int, int]]:
    """First and last pixel of the window along each axis."""
    sizes, where = spatial(asked.op, asked.spec), channel_axis(asked.op, asked.spec)
    wanted = zip(asked.index[where + 1 :], sizes, asked.op.sizes((asked.spec,)), strict=True)
    return [(y * size // out, -(-(y + 1) * size // out) - 1) for y, size, out in wanted]


def _image(asked: Asked) -> Plane:
    return Plane(spatial(asked.op, asked.spec), ((0, 0),) * asked.op.axes)


def _lead(asked: Asked) -> Shape:
    return asked.index[: channel_axis(asked.op, asked.spec) + 1]


def _views(asked: Asked, plane: Plane, terms: tuple[Term, ...]) -> tuple[View]:
    return (View("window", plane, (Channel(_lead(asked)[-1], terms),)),)


def _largest(asked: Asked, plane: Plane, terms: tuple[Term, ...]) -> Traced:
    value: Number = max((term.x for term in terms), default=-inf)
    return Traced(asked.index, "max", _views(asked, plane, terms), value)


def _mean(asked: Asked, plane: Plane, terms: tuple[Term, ...], divisor: int) -> Traced:
    value = divided(total([term.x for term in terms]), divisor) if divisor else nan
    return Traced(asked.index, "mean", _views(asked, plane, terms), value, divisor=divisor)
