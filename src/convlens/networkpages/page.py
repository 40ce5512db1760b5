"""The report of a network as one HTML file."""

import json
import zlib
from base64 import b64encode
from datetime import date
from functools import cache
from html import escape
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convlens.networkpages.compared import comparison_record
from convlens.networkpages.depth import depth
from convlens.networkpages.origin import origin
from convlens.networkpages.picture import data_uri
from convlens.networkpages.record import network_record
from convlens.playgrounds.page import page
from convlens.report.collector import paused
from convlens.report.strip.measure import fitted

if TYPE_CHECKING:
    from convlens.report.summary import Summary

SCRIPTS = (
    "base.js", "arcs.js", "strip.js", "field.js", "table.js", "copy.js", "formula.js", "window.js", "trial.js", "card.js",
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
    text = _file("page.html")
    parts = {
        "lang": lang,
        "title": escape(fitted(report.graph.name, 12, 600)),
        "style": lean(_file("page.css")),
        "playground": packed_playground() if any("trial" in card for card in record["cards"]) else "",
        "words": embedded(json.loads(_file("words.json"))),
        "data": embedded(record),
        "script": "\n".join(lean(_file(name)) for name in SCRIPTS),
    }
    head, *pieces = text.split("{{")
    return head + "".join(parts[name] + rest for name, _, rest in (piece.partition("}}") for piece in pieces))


def embedded(record: Any) -> str:
    """JSON that may stand inside a ``script`` element: nothing in it can end the element or begin another.

    >>> embedded({"name": "</script>"})
    '{"name":"\\\\u003c/script>"}'
    """
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def lean(code: str) -> str:
    """Without indentation, and without lines that are a remark.

    >>> lean("  // why\\n  let x = 1;\\n")
    'let x = 1;'
    """
    lines = (line.strip() for line in code.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


@cache
def packed_playground() -> str:
    """The layer playground as the page carries it: once, deflated, unpacked when it is opened, with a word for its host."""
    text = page({}, packed=False).replace("</body>", f"<script>{lean(_file('guest.js'))}</script></body>")
    squeezer = zlib.compressobj(9, wbits=-15)
    data = b64encode(squeezer.compress(text.encode()) + squeezer.flush()).decode("ascii")
    return f'<script type="text/plain" id="packed">{data}</script>\n'


@cache
def _file(name: str) -> str:
    return resources.files("convlens.networkpages").joinpath("web", name).read_text(encoding="utf-8")
