"""A sweep as one SVG file: a row of small panels for each setting, readable on light and on dark screens."""

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from convlens.ir.spec import show_shape
from convlens.lang.messages import listed, say
from convlens.lang.printable import printable
from convlens.report.columns import wrapped
from convlens.sweeps.departures import shown
from convlens.sweeps.measures import Measure, measures
from convlens.sweeps.panel import HEIGHT, LEFT, PLOT_HEIGHT, PLOT_WIDTH, TOP, WIDTH, panel
from convlens.sweeps.scale import horizontal
from convlens.sweeps.series import Series
from convlens.sweeps.settings import Setting
from convlens.sweeps.words import about, below, has_own, is_own

if TYPE_CHECKING:
    from convlens.sweeps.sweep import Sweep

ACROSS = 3
MARGIN = 20
LINE = 18
CELLS = 132
"""Characters of a line of text; a Chinese one counts as two."""

STYLE = """\
svg.sweep{--ink:#1f2328;--quiet:#59636e;--grid:#e4e7eb;--paper:#ffffff;--curve:#0b62c4;--range:#7fb2ea;--other:#b35900;--bad:#c4291f}
@media (prefers-color-scheme:dark){svg.sweep{--ink:#e6edf3;--quiet:#9aa4af;--grid:#2c333b;--paper:#0d1117;--curve:#6cb2ff;\
--range:#3a6ea8;--other:#f0a04b;--bad:#ff7b72}}
.sweep text{font-family:system-ui,'Noto Sans','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif;fill:var(--ink)}
.sweep .call{font-size:16px;font-weight:600}.sweep .setting{font-size:15px;font-weight:600}
.sweep .title{font-size:13px}.sweep .tick{font-size:11px;fill:var(--quiet)}.sweep .label,.sweep .words{font-size:12px}
.sweep .label,.sweep .quiet{fill:var(--quiet)}.sweep .quiet{font-size:12px}
.sweep .paper{fill:var(--paper)}.sweep path,.sweep polyline{fill:none}
.sweep .grid{stroke:var(--grid)}.sweep .axis{stroke:var(--quiet)}
.sweep .curve{stroke:var(--curve);stroke-width:1.8}.sweep .dot{fill:var(--curve)}
.sweep .own{fill:none;stroke:var(--curve);stroke-width:1.4}
.sweep .quartiles{stroke:var(--range);stroke-width:1.6}
.sweep .expected{stroke:var(--other);stroke-width:1.4;stroke-dasharray:5 4}.sweep .illegal{stroke:var(--bad);stroke-width:1.8}
"""


def picture(sweep: "Sweep", lang: str) -> str:
    """The whole file. No text is smaller than 11 pixels, no number stands without its unit."""
    body: list[str] = []
    y = MARGIN + 16
    head = say(lang, "{call} on {shape}", call=sweep.call, shape=show_shape(sweep.spec.dims))
    for line in wrapped(head, CELLS - 40):
        body.append(_text("call", line, y))
        y += LINE + 4
    for one in sweep.series:
        y = _series(sweep, one, lang, body, y + 10)
    y += 10
    for text in (*_signs(sweep, lang), *about(sweep, lang)):
        y = _paragraph("quiet", text, body, y)
    width = 2 * MARGIN + ACROSS * WIDTH
    clip = f'<clipPath id="frame"><rect x="{LEFT}" y="{TOP - 2}" width="{PLOT_WIDTH}" height="{PLOT_HEIGHT + 4}"/></clipPath>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sweep" lang="{lang}" role="img" width="{width}" height="{y}" '
        f'viewBox="0 0 {width} {y}"><title>{_clean(head)}</title>\n<style>{STYLE}</style>\n<defs>{clip}</defs>\n'
        f'<rect class="paper" width="{width}" height="{y}"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _series(sweep: "Sweep", one: Series, lang: str, body: list[str], y: int) -> int:
    """Its heading, its panels, its sentences; the height where the next begins."""
    body.append(_text("setting", one.setting.name, y + 12))
    y += LINE + 2
    own = next((at for at, point in enumerate(one.points) if is_own(point, one)), None)
    axis = horizontal([point.value for point in one.points], own)
    illegal = [at for at, point in enumerate(one.points) if point.error]
    label = labelled(one.setting, lang)
    drawn = measures(one, sweep.departures(one), sweep.kinds, lang)
    for at, measure in enumerate(drawn):
        place = f"translate({MARGIN + at % ACROSS * WIDTH} {y + at // ACROSS * HEIGHT})"
        body.append(f'<g transform="{place}">{"".join(panel(measure, titled(measure, lang), axis, label, own, illegal))}</g>')
    y += -(-len(drawn) // ACROSS) * HEIGHT + 12
    for text in (*_illegal(one, lang), *below(sweep, one, lang)):
        y = _paragraph("words", text, body, y)
    return y


def titled(measure: Measure, lang: str) -> str:
    """What a panel shows, and in which unit."""
    return say(lang, "{what}, {unit}", what=measure.title, unit=measure.unit) if measure.unit else measure.title


def labelled(setting: Setting, lang: str) -> str:
    """The horizontal axis: the setting with its unit."""
    units = {
        **dict.fromkeys(("kernel", "stride", "padding", "dilation", "size", "output_padding"), say(lang, "pixels")),
        **dict.fromkeys(("in_channels", "out_channels"), say(lang, "channels")),
    }
    unit = units.get(setting.role)
    return say(lang, "{what}, {unit}", what=setting.name, unit=unit) if unit else setting.name


def _illegal(one: Series, lang: str) -> list[str]:
    values = [shown(point.value) for point in one.points if point.error]
    return [say(lang, "Illegal (crossed): {values}", values=listed(lang, values))] if values else []


def _signs(sweep: "Sweep", lang: str) -> Iterator[str]:
    if has_own(sweep):
        yield say(lang, "Ring: the call itself.")
    if sweep.machine is not None:
        yield say(
            lang, "Bars: quartiles. Dashed: the time if every MAC (or element-wise operation) took as long as the call's own."
        )


def _paragraph(kind: str, text: str, body: list[str], y: int) -> int:
    for line in wrapped(text, CELLS):
        body.append(_text(kind, line, y + 12))
        y += LINE
    return y


def _text(kind: str, text: str, y: int) -> str:
    return f'<text class="{kind}" x="{MARGIN + 2}" y="{y}">{_clean(text)}</text>'


def _clean(text: str) -> str:
    return escape(printable(text))
