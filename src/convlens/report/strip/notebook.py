"""The strip in a notebook: a picture that is its own address, which stays where a notebook is not trusted."""

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING

from convlens.lang.messages import said, say
from convlens.report.notes import heading
from convlens.report.strip.measure import fitted
from convlens.report.strip.picture import network_svg

if TYPE_CHECKING:
    from convlens.report.summary import Summary

WIDTH = 960


def strip_html(report: "Summary", lang: str = "en") -> str:
    """An ``img`` whose text says what the picture is; nothing where there is no layer to draw.

    Source: JupyterLab 4.6 removes ``svg``, ``iframe`` and ``script`` from a notebook that it does not trust, and keeps ``img``
    with an address that begins with ``data:``.
    """
    if not report.facts.nodes:
        return ""
    text = said(lang, say(lang, "The layers as blocks from left to right"), fitted(heading(report), 12, 1200))
    data = b64encode(network_svg(report, lang, WIDTH).encode()).decode("ascii")
    return f'<p><img alt="{escape(text)}" src="data:image/svg+xml;base64,{data}" style="max-width:100%"></p>'
