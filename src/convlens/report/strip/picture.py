"""A network as one SVG file."""

from html import escape
from typing import TYPE_CHECKING

from convlens.arith.units import memory, short
from convlens.lang.messages import say
from convlens.report.layout import shown as shown_shape
from convlens.report.strip.measure import fitted, text_width
from convlens.report.strip.scene import MARGIN, Strip, strip
from convlens.report.strip.svg import HATCH, STYLE, legend_texts, rows_svg, signs
from convlens.report.strip.words import totals_line

if TYPE_CHECKING:
    from convlens.report.summary import Summary

WIDTH = 1200
LINE = 20


def network_svg(report: "Summary", lang: str = "en", width: int = WIDTH) -> str:
    """The whole network from left to right in wrapped rows, at most 24 blocks, with the cost of each under it.

    ``width`` is in pixels, at least 320; the height follows. Shown as far as the shapes fit.

    >>> from convlens.ir.text import parse
    >>> from convlens.report.summary import Summary
    >>> network_svg(Summary(parse("input x: 1x3x8x8\\nc = conv(x, out=4, kernel=3x3)\\noutput c"))).count("class='block'")
    1
    """
    drawn = strip(report, width, MARGIN + 62, lang)
    y = (drawn.rows[-1].bottom if drawn.rows else MARGIN + 62) + 26
    below, height = _below(drawn, lang, width, y)
    inputs = ", ".join(f"{item.name} {shown_shape((item.spec,), report.graph.layout)}" for item in report.graph.inputs)
    title = fitted(f"{report.graph.name}: {inputs}", 16, width - 2 * MARGIN)
    t = report.totals
    line = totals_line(short(t.params), short(t.macs), memory(t.activation_bytes), lang)
    if report.facts.broken is not None:
        line = say(lang, "the shapes break at {node}", node=fitted(report.facts.broken.name, 12, 400)) + " · " + line
    body = [
        f'<text class="title" x="{MARGIN}" y="{MARGIN + 16}">{escape(title)}</text>',
        f'<text class="words" x="{MARGIN}" y="{MARGIN + 38}">{escape(fitted(line, 12, width - 2 * MARGIN))}</text>',
        *rows_svg(drawn, lang),
        *below,
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="strip" lang="{lang}" role="img" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}"><title>{escape(title)}</title>\n<style>{STYLE}</style>{HATCH}\n'
        f'<rect class="paper" width="{width}" height="{height}"/>\n' + "\n".join(filter(None, body)) + "\n</svg>\n"
    )


def _below(drawn: Strip, lang: str, width: int, y: int) -> tuple[list[str], int]:
    """The legend, wrapped, and the height of the picture."""
    found, x = [], MARGIN
    for colour, letter, words in legend_texts(drawn, lang):
        room = 26 + text_width(words, 12) + 18
        if x + room > width - MARGIN and x > MARGIN:
            x, y = MARGIN, y + LINE
        found.append(
            f'<rect class="block" x="{x}" y="{y - 13}" width="18" height="16" fill="{colour}"/>'
            f'<text class="letter" x="{x + 9}" y="{y}" text-anchor="middle">{escape(letter)}</text>'
            f'<text class="words" x="{x + 25}" y="{y}">{escape(words)}</text>'
        )
        x += room
    x, y = MARGIN, y + LINE + 4
    for sentence in signs(drawn, lang):
        room = text_width(sentence, 12) + 14
        if x + room > width - MARGIN and x > MARGIN:
            x, y = MARGIN, y + LINE
        found.append(f'<text class="words" x="{x}" y="{y}">{escape(sentence)}</text>')
        x += room
    return found, y + MARGIN
