"""One panel of the picture: an axis, a curve, and for a time its quartiles and what the arithmetic would make it."""

from collections.abc import Iterator, Sequence
from html import escape

from convlens.sweeps.measures import Amount, Measure
from convlens.sweeps.scale import Horizontal, ticks

WIDTH, HEIGHT = 300, 204
LEFT, RIGHT, TOP, BOTTOM = 54, 16, 28, 50
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
BASE = TOP + PLOT_HEIGHT
INSET = 8
"""Of the outermost values, so that their marks stay inside the frame."""


def panel(measure: Measure, title: str, axis: Horizontal, label: str, own: int | None, illegal: Sequence[int]) -> Iterator[str]:
    """The elements of one panel, its upper left corner at 0, 0; ``own`` is the point of the call itself."""
    marks = ticks(_highest(measure))
    yield f'<text class="title" x="{LEFT}" y="17">{escape(title)}</text>'
    yield from _frame(marks, axis, label)
    xs = [_x(place) for place in axis.places]
    if measure.expected:
        yield _levels(xs, measure.expected, marks[-1]) if axis.words else _line(xs, measure.expected, marks[-1], "expected")
    yield from _curve(measure, xs, marks[-1], axis.words)
    yield from _dots(measure, xs, marks[-1], own)
    yield from (f'<path class="illegal" d="M{xs[at] - 4:.1f} {BASE - 4}l8 8m0 -8l-8 8"/>' for at in illegal)


def _highest(measure: Measure) -> float:
    """The dashed line may leave the frame: it must not flatten what was measured."""
    shown = [amount for amount in measure.amounts if amount is not None]
    upper = [pair[1] for pair in measure.quartiles if pair is not None]
    expected = [amount for amount in measure.expected if amount is not None]
    return max([*shown, *upper, *(min(amount, 1.5 * max(shown, default=0)) for amount in expected)], default=0.0)


def _frame(marks: list[float], axis: Horizontal, label: str) -> Iterator[str]:
    for mark in marks:
        y = _y(mark, marks[-1])
        yield f'<path class="grid" d="M{LEFT} {y:.1f}h{PLOT_WIDTH}"/>'
        yield f'<text class="tick" x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{_number(mark)}</text>'
    yield f'<path class="axis" d="M{LEFT} {BASE}h{PLOT_WIDTH}"/>'
    for place, text in zip(axis.places, axis.labels, strict=True):
        if text:
            yield f'<path class="axis" d="M{_x(place):.1f} {BASE}v4"/>'
            yield f'<text class="tick" x="{_x(place):.1f}" y="{BASE + 16}" text-anchor="middle">{escape(text)}</text>'
    yield f'<text class="label" x="{LEFT + PLOT_WIDTH / 2:.1f}" y="{HEIGHT - 15}" text-anchor="middle">{escape(label)}</text>'


def _curve(measure: Measure, xs: list[float], top: float, words: bool) -> Iterator[str]:
    if not words:
        yield _line(xs, measure.amounts, top, "curve")
    for x, pair in zip(xs, measure.quartiles, strict=False):
        if pair is not None:
            low, high = (_y(amount, top) for amount in pair)
            yield f'<path class="quartiles" d="M{x:.1f} {low:.1f}V{high:.1f}M{x - 3:.1f} {low:.1f}h6M{x - 3:.1f} {high:.1f}h6"/>'


def _dots(measure: Measure, xs: list[float], top: float, own: int | None) -> Iterator[str]:
    for at, (x, amount) in enumerate(zip(xs, measure.amounts, strict=True)):
        if amount is not None:
            if at == own:
                yield f'<circle class="own" cx="{x:.1f}" cy="{_y(amount, top):.1f}" r="6.5"/>'
            yield f'<circle class="dot" cx="{x:.1f}" cy="{_y(amount, top):.1f}" r="3"/>'


def _line(xs: list[float], amounts: Sequence[Amount], top: float, kind: str) -> str:
    """In the order of the axis, whatever that of the values; what leaves the frame is cut off at its upper edge."""
    pairs = sorted((x, amount) for x, amount in zip(xs, amounts, strict=True) if amount is not None)
    points = " ".join(f"{x:.1f},{_y(amount, top):.1f}" for x, amount in pairs)
    return f'<polyline class="{kind}" clip-path="url(#frame)" points="{points}"/>'


def _levels(xs: list[float], amounts: Sequence[Amount], top: float) -> str:
    """Words have no order, so nothing leads from one to the next."""
    pairs = zip(xs, amounts, strict=True)
    path = "".join(f"M{x - 14:.1f} {_y(amount, top):.1f}h28" for x, amount in pairs if amount is not None)
    return f'<path class="expected" clip-path="url(#frame)" d="{path}"/>'


def _x(place: float) -> float:
    return LEFT + INSET + place * (PLOT_WIDTH - 2 * INSET)


def _y(amount: float, top: float) -> float:
    return TOP + PLOT_HEIGHT * (1 - amount / top)


def _number(mark: float) -> str:
    """
    >>> _number(0.25), _number(1500.0), _number(0.0)
    ('0.25', '1,500', '0')
    """
    return f"{mark:,.10g}"
