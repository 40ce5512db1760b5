"""The verb ``draw``: a layer as a picture that moves, a network as a strip or as a page."""

from html import escape
from pathlib import Path
from typing import Any

from convlens.drawing.draw import Drawing, written
from convlens.drawing.draw import draw as draw_layer
from convlens.ir.errors import UsageError
from convlens.networkpages.json_form import network_json
from convlens.networkpages.markdown_form import network_markdown
from convlens.networkpages.naming import file_name
from convlens.networkpages.page import network_page
from convlens.report.strip.picture import network_svg
from convlens.report.summary import Summary

ENDINGS = (".svg", ".html", ".md", ".json")
"""The strip, and three forms of the report."""


class NetworkDrawing:
    """A network drawn: `svg` is the strip of its layers, `html` the page with its figures, receptive fields and findings,
    `markdown` and `json` the same report for a repository and for other programs.

    ``compare`` is a second network for the page, ``picture`` a file that it shows under the receptive fields.
    """

    def __init__(self, report: Summary, compare: Summary | None = None, picture: str | Path | None = None) -> None:
        self.report: Summary = report
        self.compare: Summary | None = compare
        self.picture: str | Path | None = picture

    @property
    def name(self) -> str:
        """A file name without its ending."""
        return file_name(self.report.graph.name, "")

    def svg(self, lang: str = "en") -> str:
        """The layers from left to right in rows; skips are arcs, repeated blocks stand once."""
        return network_svg(self.report, lang)

    def html(self, lang: str = "en", command: str = "") -> str:
        """The page, which begins in ``lang``; ``command`` is the command line that makes it again."""
        return network_page(self.report, lang, self.compare, self.picture, command)

    def markdown(self, lang: str = "en", command: str = "") -> str:
        """The report as Markdown."""
        return network_markdown(self.report, lang, self.compare, command)

    def json(self, command: str = "") -> str:
        """The report for other programs, schema ``convlens/report/1``; both languages are inside."""
        return network_json(self.report, self.compare, command)

    def written_as(self, ending: str, lang: str = "en", command: str = "") -> str:
        """The text of a file with one of `ENDINGS`."""
        if ending == ".svg":
            return self.svg(lang)
        if ending == ".json":
            return self.json(command)
        return self.markdown(lang, command) if ending == ".md" else self.html(lang, command)

    def save(self, path: str | Path | None = None, *, lang: str = "en", command: str = "") -> list[Path]:
        """Write the strip (.svg) or the report (.html, .md, .json); `name` + ``.svg`` without a path. Returns what was written.

        Raises `UsageError` for another ending, and where it cannot be written.
        """
        target = Path(path) if path is not None else Path(f"{self.name}.svg")
        if target.suffix.lower() not in ENDINGS:
            raise UsageError(f"{target}: a network is drawn as {', '.join(ENDINGS)}\n  fix: one of these endings")
        return [written(target, self.written_as(target.suffix.lower(), lang, command).encode())]

    def _repr_html_(self) -> str:
        """Strip and table, which every notebook keeps, then the page in a frame, which a trusted one shows."""
        return self.report._repr_html_() + (
            f'<iframe title="convlens" sandbox="allow-scripts allow-downloads" style="width:100%;height:780px;border:0" '
            f'srcdoc="{escape(self.html())}"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<NetworkDrawing of {self.report.graph.name!r}: {len(self.report.graph.nodes)} layers>"


def draw(
    what: Any, *inputs: Any, values: Any = None, weights: Any = None, flip: bool = False, caption: str | None = None,
    compare: Any = None, picture: str | Path | None = None, **named_inputs: Any,
) -> Drawing | NetworkDrawing:  # fmt: skip
    """A layer or a network as a picture.

    A layer as its framework writes it (``"Conv2d(3, 2, 3)"``) with its shape becomes a `Drawing`: every number, one step for
    each output value; ``values``, ``weights`` and ``flip`` are those of ``convlens.layer(...).trace``, ``caption`` the
    language of words below. Anything else is a network, as `convlens.summary` takes it, and becomes a `NetworkDrawing`;
    ``compare`` is a second network on the same inputs, ``picture`` a file for its page.

    Raises `UsageError` where the layer, the network or a file cannot be read, or is too large to be drawn.

    >>> draw("Conv2d(1, 1, 3)", (1, 1, 5, 5)), draw("lenet5")
    (<Drawing conv2d_k3_1x5x5-1x3x3: 9 steps>, <NetworkDrawing of 'lenet5': 12 layers>)
    """
    from convlens.importers.model import load  # noqa: PLC0415 - a layer needs no importer

    if isinstance(what, str) and "(" in what:
        return draw_layer(what, *inputs, values=values, weights=weights, flip=flip, caption=caption)
    given = next(
        (name for name, value in (("values", values), ("weights", weights), ("flip", flip or None)) if value is not None), None
    )
    if given is not None:
        raise UsageError(f"{given} belongs to one layer\n  fix: a call such as 'Conv2d(3, 2, 3)', or no {given}")
    second = None if compare is None else Summary(load(compare, inputs, named_inputs))
    return NetworkDrawing(Summary(load(what, inputs, named_inputs)), second, picture)
