"""The windows of one layer as a small picture for a notebook: a corner of the padded input, to scale."""

from base64 import b64encode
from html import escape
from typing import NamedTuple

from convlens.lang.messages import marked, say
from convlens.report.window import AxisWindow

SIZE, CELL, FLAT = 150, 18, 16
"""Pixels of the picture at most, of a cell at most, and of a row that stands alone at least."""

MOST_TAPS, MOST_LINES, MOST_COLUMNS = 400, 30, 120
"""With more of them the taps are one block, and no lines are drawn between cells."""

_STYLE = (
    ".o{fill:#f6f8fa;stroke:#8a949e}.h{stroke:#57606a;stroke-opacity:.5}.i{fill:#fdf0d5}.t{fill:#56b4e9}"
    ".g{stroke:#000;stroke-opacity:.22}.e{fill:none;stroke:#9a6700;stroke-width:1.5}"
    ".s{fill:none;stroke:#a3341f;stroke-width:2;stroke-dasharray:5 3}.f{fill:none;stroke:#000;stroke-width:2.5}"
)
_READS = marked("To scale, a corner of the padded input: what the first output reads, dashed the second, the padding hatched.")
_PAINTS = marked("To scale, a corner of the output: what the first input paints, dashed the second, hatched what is cut off.")
_SLICE = marked("{words} One slice is drawn.")


class Side(NamedTuple):
    """One axis of the picture: cells of the ground and around it, taps ``dilation`` apart, windows ``stride`` apart."""

    ground: int = 1
    before: int = 0
    behind: int = 0
    kernel: int = 1
    stride: int = 1
    dilation: int = 1
    windows: int = 1

    @property
    def reach(self) -> int:
        return self.dilation * (self.kernel - 1) + 1

    @property
    def cells(self) -> int:
        return min(self.ground + self.before + self.behind, max(self.reach + self.stride + 1, 4))


def windows_html(windows: list[AxisWindow], lang: str) -> str:
    """An ``img`` that is its own address, with a sentence below; nothing for what has no such windows to draw."""
    drawable = 0 < len(windows) < 4 and all(w.kind in ("window", "transposed") and min(w.padding) >= 0 for w in windows)
    if not drawable:
        return ""
    message = _PAINTS if windows[0].kind == "transposed" else _READS
    words = say(lang, message)
    words = say(lang, _SLICE, words=words) if len(windows) > 2 else words
    data = b64encode(windows_svg(windows).encode()).decode("ascii")
    return f'<p><img alt="{escape(words)}" src="data:image/svg+xml;base64,{data}"></p><p>{escape(words)}</p>'


def windows_svg(windows: list[AxisWindow]) -> str:
    """One or two axes; of three the last two. window.js of the network report draws the same."""
    sides = [_side(window) for window in windows[-2:]]
    y, x = sides if len(sides) > 1 else (Side(), sides[0])
    wide = min(CELL, SIZE / max(y.cells, x.cells))
    tall = max(wide, FLAT) if y.cells == 1 else wide
    width, height = x.cells * wide, y.cells * tall
    parts = [_box("o", 0, 0, x.cells, y.cells, wide, tall), f'<path class="h" d="{_hatch(width, height)}"/>']
    ground = (
        min(x.before, x.cells),
        min(y.before, y.cells),
        min(x.cells, x.before + x.ground),
        min(y.cells, y.before + y.ground),
    )
    parts += [_box("i", *ground, wide, tall), *_taps(y, x, wide, tall), _lines(y, x, wide, tall), _box("e", *ground, wide, tall)]
    if x.windows > 1:
        parts.append(_box("s", x.stride, 0, min(x.cells, x.stride + x.reach), y.reach, wide, tall))
    parts.append(_box("f", 0, 0, x.reach, y.reach, wide, tall))
    size = f'width="{width + 4:g}" height="{height + 4:g}" viewBox="-2 -2 {width + 4:g} {height + 4:g}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><style>{_STYLE}</style>{"".join(parts)}</svg>'


def _side(w: AxisWindow) -> Side:
    turned = w.kind == "transposed"
    return Side(w.out if turned else w.size, *w.padding, w.kernel, w.stride, w.dilation, w.size if turned else w.out)


def _box(name: str, left: int, top: int, right: int, bottom: int, wide: float, tall: float) -> str:
    frame = f'x="{left * wide:g}" y="{top * tall:g}" width="{(right - left) * wide:g}" height="{(bottom - top) * tall:g}"'
    return f'<rect class="{name}" {frame}/>'


def _taps(y: Side, x: Side, wide: float, tall: float) -> list[str]:
    if x.kernel * y.kernel > MOST_TAPS or x.cells > MOST_COLUMNS:
        return [_box("t", 0, 0, x.reach, y.reach, wide, tall)]
    places = [(i * y.dilation, j * x.dilation) for i in range(y.kernel) for j in range(x.kernel)]
    return [_box("t", left, top, left + 1, top + 1, wide, tall) for top, left in places]


def _lines(y: Side, x: Side, wide: float, tall: float) -> str:
    if x.cells > MOST_LINES:
        return ""
    down = "".join(f"M{at * wide:g} 0V{y.cells * tall:g}" for at in range(1, x.cells))
    across = "".join(f"M0 {at * tall:g}H{x.cells * wide:g}" for at in range(1, y.cells))
    return f'<path class="g" d="{down}{across}"/>'


def _hatch(width: float, height: float) -> str:
    steps = range(6, int(width + height) + 1, 6)
    return "".join(f"M{min(at, width):g} {max(0, at - width):g}L{max(0, at - height):g} {min(at, height):g}" for at in steps)
