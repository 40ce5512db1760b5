"""The report of a network as one HTML file."""

import json
import zlib
from base64 import b64encode
from datetime import date
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convlens.networkpages.compared import comparison_record
from convlens.networkpages.depth import depth
from convlens.networkpages.origin import origin
from convlens.networkpages.picture import data_uri
from convlens.networkpages.record import network_record
from convlens.pageparts.assembly import embedded, filled, lean, script, style, web_file
from convlens.playgrounds.page import page
from convlens.report.collector import paused
from convlens.report.strip.measure import fitted

if TYPE_CHECKING:
    from convlens.report.summary import Summary

ROOM = "convlens.networkpages"
SCRIPTS = (
    "figures.js", "arcs.js", "strip.js", "field.js", "table.js", "copy.js", "formula.js", "window.js", "trial.js", "card.js",
    "compare.js", "page.js",
)  # fmt: skip
"""In the order in which they need one another."""


@paused()
def network_page(
    report: "Summary", lang: str = "en", compare: "Summary | None" = None, picture: str | Path | None = None,
    command: str = "", made: date | None = None,
) -> str:  # fmt: skip
    """The whole page: both languages, ``lang`` shown first.

    ``compare`` is a second network, ``picture`` a file shown under the receptive fields (`UsageError` where it is none),
    ``command`` the command line that makes the page again, ``made`` the day, today where it is None.

    >>> from convlens.report.summary import summary
    >>> network_page(summary("lenet5")).startswith("<!doctype html>")
    True
    """
    record: dict[str, Any] = {
        **network_record(report, lang),
        "depth": depth(report),
        "picture": data_uri(picture) if picture is not None else "",
        **origin(command, made),
        "compare": comparison_record(report, compare) if compare is not None else None,
    }
    parts = {
        "lang": lang,
        "title": escape(fitted(report.graph.name, 12, 600)),
        "style": style(ROOM, ("page.css",)),
        "playground": packed_playground() if any("trial" in card for card in record["cards"]) else "",
        "words": embedded(json.loads(web_file(ROOM, "words.json"))),
        "data": embedded(record),
        "script": script(ROOM, SCRIPTS),
    }
    return filled(web_file(ROOM, "page.html"), parts)


@cache
def packed_playground() -> str:
    """The layer playground as the page carries it: once, deflated, unpacked when it is opened, with a word for its host."""
    guest = lean(web_file(ROOM, "guest.js"))
    text = page({}, packed=False).replace("</body>", f"<script>{guest}</script></body>")
    squeezer = zlib.compressobj(9, wbits=-15)
    data = b64encode(squeezer.compress(text.encode()) + squeezer.flush()).decode("ascii")
    return f'<script type="text/plain" id="packed">{data}</script>\n'
