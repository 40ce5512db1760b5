"""The strip as SVG: readable on light and on dark screens, its texts as texts, nothing outside its frame."""

from collections.abc import Iterator
from html import escape

from convlens.lang.messages import said, say
from convlens.report.strip.arcs import Arc
from convlens.report.strip.kinds import KINDS
from convlens.report.strip.ribbon import WORDS
from convlens.report.strip.scene import BAR, GUTTER, LEVEL, LINES, MARGIN, Row, Strip
from convlens.report.strip.words import what

STYLE = """\
svg.strip{--ink:#1f2328;--quiet:#59636e;--paper:#ffffff;--line:#8a949e;--bar:#b9d7f2;--edge:#1f2328}
@media (prefers-color-scheme:dark){svg.strip{--ink:#e6edf3;--quiet:#a3adb8;--paper:#0d1117;--line:#75808b;--bar:#244e77;\
--edge:#e6edf3}}
.strip text{font-family:system-ui,"Noto Sans","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;fill:var(--ink);\
unicode-bidi:isolate}
.strip .title{font-size:16px;font-weight:600}.strip .name{font-size:12px;font-weight:600}
.strip .small{font-size:11px;fill:var(--quiet)}.strip .number{font-size:11px}.strip .words{font-size:12px}
.strip .letter{font-size:12px;font-weight:700;fill:#000}.strip .paper{fill:var(--paper)}
.strip .block{stroke:var(--edge);stroke-width:1}.strip .line{stroke:var(--line);stroke-width:1.3;fill:none}
.strip .tip{fill:var(--line)}.strip .bar{fill:var(--bar)}.strip .hatch{fill:url(#strip-hatch);stroke:none}
"""
HATCH = (
    '<defs><pattern id="strip-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path d="M0 0V6" stroke="#000" stroke-width="1.6" stroke-opacity=".55"/></pattern></defs>'
)


def rows_svg(strip: Strip, lang: str) -> Iterator[str]:
    """The rows without a frame around them."""
    for row in strip.rows:
        yield from (_arc(strip, row, arc) for arc in row.arcs)
        yield from _gutter(row, lang)
        for at in row.blocks:
            yield _flow(strip, row, at)
            yield _block(strip, row, at, lang)


def _block(strip: Strip, row: Row, at: int, lang: str) -> str:
    block, centre = strip.blocks[at], _centre(strip, at)
    x, y = centre - block.width // 2, row.baseline - block.height
    frame = f'x="{x}" y="{y}" width="{block.width}" height="{block.height}"'
    sheets = ""
    if block.item.times > 1:
        shifted = f'x="{x + 3}" y="{y - 3}" width="{block.width}" height="{block.height}"'
        sheets = f'<rect class="block" {shifted} fill="{block.kind.colour}"/>'
    hatch = f'<rect class="hatch" {frame}/>' if block.hatched else ""
    texts = [("name", block.name, 14), ("small", what(block, lang), 29), ("small", block.shape, 44)]
    lines = "".join(_text(kind, text, centre, row.baseline + down, "middle") for kind, text, down in texts)
    letter = _text("letter", block.kind.letter, centre, row.baseline - 5, "middle")
    return (
        f"<g>{sheets}<rect class='block' {frame} fill='{block.kind.colour}'/>{hatch}"
        f"{_plate(block.hatched, centre, row.baseline, block.kind.colour)}{letter}{lines}{_bars(strip, row, at)}</g>"
    )


def _plate(hatched: bool, centre: int, baseline: int, colour: str) -> str:
    """Behind a letter that stands on a hatched block."""
    return f'<rect x="{centre - 7}" y="{baseline - 16}" width="14" height="14" fill="{colour}"/>' if hatched else ""


def _bars(strip: Strip, row: Row, at: int) -> str:
    room, left = strip.blocks[at].column - 8, strip.lefts[at] + 4
    found = []
    for number, bars in enumerate(strip.bars.values()):
        y = row.baseline + LINES + 4 + number * BAR
        found.append(
            f'<rect class="bar" x="{left}" y="{y}" width="{max(round(room * bars[at].share, 1), 0.5)}" height="{BAR - 3}"/>'
        )
        found.append(_text("number", bars[at].text, left + 3, y + 11))
    return "".join(found)


def _gutter(row: Row, lang: str) -> Iterator[str]:
    for number, words in enumerate(WORDS.values()):
        y = row.baseline + LINES + 4 + number * BAR + 11
        yield _text("small", say(lang, words), MARGIN + GUTTER - 8, y, "end")


def _flow(strip: Strip, row: Row, at: int) -> str:
    """A line from the block before, where this one reads it; from the left edge in a new row."""
    if not strip.joined[at]:
        return ""
    y, right = row.baseline - 9, _centre(strip, at) - strip.blocks[at].width // 2
    before = _centre(strip, at - 1) + -(-strip.blocks[at - 1].width // 2) if at != row.blocks.start else MARGIN + GUTTER - 6
    return f'<path class="line" d="M{before} {y}H{right - 5}"/>{_tip(right, y, "right")}'


def _arc(strip: Strip, row: Row, arc: Arc) -> str:
    y = row.sky - arc.level * LEVEL
    found = []
    if arc.start is None:
        x, begin = MARGIN + GUTTER - 8, ""
        found.append(_text("small", f"({arc.number})", x - 2, y + 4, "end"))
        begin = f"M{x} {y}"
    else:
        x = _centre(strip, arc.start) + 5
        begin = f"M{x} {row.baseline - strip.blocks[arc.start].height - 3}V{y + 4}Q{x} {y} {x + 4} {y}"
    if arc.stop is None:
        end = strip.width - MARGIN - 4
        found.append(_text("small", f"({arc.number})", end + 2, y + 4))
        path = f"{begin}H{end}"
    else:
        x = _centre(strip, arc.stop) - 5
        top = row.baseline - strip.blocks[arc.stop].height - 3
        path = f"{begin}H{x - 4}Q{x} {y} {x} {y + 4}V{top - 4}"
        found.append(_tip(x, top, "down"))
    return f'<path class="line" d="{path}"/>{"".join(found)}'


def _centre(strip: Strip, at: int) -> int:
    return strip.lefts[at] + strip.blocks[at].column // 2


def _tip(x: int, y: int, way: str) -> str:
    points = f"{x - 6},{y - 3} {x},{y} {x - 6},{y + 3}" if way == "right" else f"{x - 3},{y - 5} {x},{y} {x + 3},{y - 5}"
    return f'<polygon class="tip" points="{points}"/>'


def _text(kind: str, text: str, x: int, y: int, anchor: str = "") -> str:
    place = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text class="{kind}" x="{x}" y="{y}"{place}>{escape(text)}</text>' if text else ""


def legend_texts(strip: Strip, lang: str) -> list[tuple[str, str, str]]:
    """Colour, letter and words of every kind that occurs."""
    used = {block.kind.key for block in strip.blocks}
    return [(kind.colour, kind.letter, say(lang, kind.words)) for kind in KINDS if kind.key in used]


def signs(strip: Strip, lang: str) -> list[str]:
    """What heights, widths, hatching and sheets mean, as far as they occur."""
    found = [say(lang, "Height: spatial size; width: channels; both logarithmic.")]
    if any(block.hatched for block in strip.blocks):
        found.append(say(lang, "Hatched: channels in groups."))
    if any(block.item.times > 1 for block in strip.blocks):
        found.append(say(lang, "Two sheets: parts that repeat, folded into one."))
    if any(arc.number for row in strip.rows for arc in row.arcs):
        found.append(say(lang, "(1): a connection that goes on in another row."))
    if strip.left_out:
        found.append(said(lang, say(lang, "Connections not drawn"), str(strip.left_out)))
    return found
