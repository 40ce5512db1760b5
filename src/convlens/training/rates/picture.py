"""Curves of a loss as one SVG file, readable on light and on dark screens and without colours."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from convlens.lang.messages import say
from convlens.lang.printable import printable

WIDTH, HEIGHT = 720, 420
LEFT, TOP, RIGHT, BOTTOM = 70, 50, 120, 60
DASHES = ("", "8 4", "2 3", "10 3 2 3", "5 2", "1 4")

STYLE = """\
svg.rates{--ink:#1f2328;--quiet:#59636e;--grid:#e4e7eb;--paper:#ffffff;\
--a:#0b62c4;--b:#b35900;--c:#1a7f37;--d:#8250df;--e:#c4291f;--f:#57606a}
@media (prefers-color-scheme:dark){svg.rates{--ink:#e6edf3;--quiet:#9aa4af;--grid:#2c333b;--paper:#0d1117;\
--a:#6cb2ff;--b:#f0a04b;--c:#56d364;--d:#c297ff;--e:#ff7b72;--f:#9aa4af}}
.rates text{font:12px system-ui,'Noto Sans','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif;fill:var(--ink)}
.rates .head{font-size:15px;font-weight:600}.rates .tick{fill:var(--quiet)}.rates .grid{stroke:var(--grid)}
.rates .mark{stroke:var(--quiet);stroke-dasharray:3 3}.rates polyline{fill:none;stroke-width:1.8}.rates circle{opacity:.45}
"""


@dataclass(frozen=True)
class Curve:
    """``values`` at the first places of the axis; ``points`` are what they were smoothed from."""

    name: str
    values: Sequence[float]
    points: Sequence[float] = ()


@dataclass(frozen=True)
class _Frame:
    """From values to pixels."""

    left: float
    right: float
    low: float
    high: float

    def x(self, at: float) -> float:
        return round(LEFT + (at - self.left) / ((self.right - self.left) or 1) * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        inside = min(max(value, self.low), self.high)
        return round(TOP + (self.high - inside) / ((self.high - self.low) or 1) * (HEIGHT - TOP - BOTTOM), 1)


def picture(
    head: str, at: Sequence[float], curves: Sequence[Curve], lang: str, *, axis: str, powers: bool = False,
    mark: float | None = None, note: str = "",
) -> str:  # fmt: skip
    """The whole file. ``at`` are the places of the axis, powers of ten where ``powers`` is true; ``mark`` is one to point at."""
    frame = _frame(at, curves)
    parts = [
        *_grid(frame, powers),
        *_marked(frame, mark, note),
        *_curves(frame, at, curves),
        _text("head", head, 20, 26, "start"),
        _text("label", axis, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 18, "middle"),
        _text("label", say(lang, "loss"), LEFT - 8, TOP - 10, "end"),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="rates" lang="{lang}" role="img" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}"><title>{_clean(head)}</title>\n<style>{STYLE}</style>\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="var(--paper)"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _frame(at: Sequence[float], curves: Sequence[Curve]) -> _Frame:
    """A loss that ran away must not flatten the rest: at most twice the highest start is shown."""
    values = [value for curve in curves for value in curve.values]
    starts = [curve.values[0] for curve in curves if len(curve.values)]
    points = [point for curve in curves for point in curve.points]
    low, high = (min(values + points), min(max(values), 2 * max(starts))) if values else (0.0, 1.0)
    return _Frame(at[0] if at else 0, at[-1] if at else 1, min(low, high), high)


def _grid(frame: _Frame, powers: bool) -> Iterator[str]:
    for value in _ticks(frame.low, frame.high):
        y = frame.y(value)
        yield f'<path class="grid" d="M{LEFT} {y}H{WIDTH - RIGHT}"/>' + _text("tick", f"{value:.3g}", LEFT - 8, y + 4, "end")
    places = range(math.ceil(frame.left), math.floor(frame.right) + 1) if powers else _ticks(frame.left, frame.right)
    for place in places:
        x, label = frame.x(place), f"{10.0**place:g}" if powers else f"{place:g}"
        yield f'<path class="grid" d="M{x} {TOP}V{HEIGHT - BOTTOM}"/>' + _text("tick", label, x, HEIGHT - BOTTOM + 18, "middle")


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers, about five of them.

    >>> _ticks(0.0, 1.0)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    if high <= low:
        return [low]
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    return [round(number * step, 12) for number in range(math.ceil(low / step), math.floor(high / step + 1e-9) + 1)]


def _marked(frame: _Frame, mark: float | None, note: str) -> Iterator[str]:
    if mark is not None:
        x = frame.x(mark)
        yield f'<path class="mark" d="M{x} {TOP}V{HEIGHT - BOTTOM}"/>' + _text("label", note, x + 6, TOP + 12, "start")


def _curves(frame: _Frame, at: Sequence[float], curves: Sequence[Curve]) -> Iterator[str]:
    used: list[float] = []
    for number, curve in enumerate(curves):
        color, dash = f"var(--{'abcdef'[number % 6]})", DASHES[number % len(DASHES)]
        for place, value in zip(at, curve.points, strict=False):
            yield f'<circle cx="{frame.x(place)}" cy="{frame.y(value)}" r="1.8" fill="{color}"/>'
        pixels = [(frame.x(place), frame.y(value)) for place, value in zip(at, curve.values, strict=False)]
        if not pixels:
            continue
        line = " ".join(f"{x},{y}" for x, y in pixels)
        yield f'<polyline points="{line}" stroke="{color}" stroke-dasharray="{dash}"/>'
        used.append(_free(pixels[-1][1], used))
        yield _text("label", curve.name, WIDTH - RIGHT + 8, used[-1] + 4, "start", color)


def _free(y: float, used: list[float]) -> float:
    """The next height where a name covers none that stands."""
    while any(abs(y - other) < 15 for other in used):
        y += 15
    return y


def _text(kind: str, text: str, x: float, y: float, anchor: str, color: str = "") -> str:
    style = f' style="fill:{color}"' if color else ""
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}"{style}>{_clean(text)}</text>'


def _clean(text: str) -> str:
    return escape(printable(text))
