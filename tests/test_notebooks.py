"""What a notebook that is not trusted keeps: every report says what it has to say in that.

The lists are those of JupyterLab 4.6.6 (packages/apputils/src/sanitizer.ts); what it removes is in neither.
"""

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest

import convlens
from convlens.ir.text import parse
from convlens.report.summary import Summary

TAGS = set(
    "a abbr acronym address area article aside audio b bdi bdo big blockquote br button canvas caption center cite code col colgroup "
    "colspan command data datalist dd del details dfn dir div dl dt em fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 "
    "header hgroup hr i img input ins kbd label legend li map mark menu meter nav nobr ol optgroup option output p pre progress q "
    "rowspan s samp section select small source span strike strong sub summary sup table tbody td textarea tfoot th thead time tr "
    "track tt u ul var video wbr".split()
)
EVERYWHERE = {"class", "dir", "hidden", "id", "lang", "style", "title", "translate"}
ATTRIBUTES = {
    "img": {"align", "alt", "border", "height", "hspace", "ismap", "src", "usemap", "vspace", "width"},
    "td": {"colspan", "headers", "rowspan", "scope"},
    "th": {"colspan", "headers", "rowspan", "scope"},
    "details": {"open"},
}
STYLES = {"text-align", "max-width", "width", "height", "border"}
VOID = {"img", "br", "hr", "wbr", "input"}


class Sanitised(HTMLParser):
    """Sorts the text and the pictures into what is kept and what is lost with its element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.lost: list[str] = []
        self.kept, self.gone, self._inside = "", "", 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.lost.append(tag)
            self._inside += tag not in VOID
        self.lost += [f"{tag}.{name}" for name, _ in attrs if tag in TAGS and name not in EVERYWHERE | ATTRIBUTES.get(tag, set())]
        styles = dict(attrs).get("style") or ""
        self.lost += [
            f"{tag}.style.{one}"
            for one in (part.split(":")[0] for part in styles.split(";") if part)
            if tag in TAGS and one not in STYLES
        ]
        self.kept += dict(attrs).get("src") or "" if tag == "img" else ""

    def handle_endtag(self, tag: str) -> None:
        self._inside -= tag not in TAGS

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.gone += data
        else:
            self.kept += data


BROKEN = "input x: 1x3x8x8\na = conv(x, out=4, kernel=3x3)\nb = conv(a, out=4, kernel=9x9)\noutput b"
FORMS: dict[str, tuple[Callable[[], Any], set[str], list[str]]] = {
    "summary": (lambda: convlens.summary("resnet50"), set(), ["25,557,032", "data:image/svg+xml", "layer4.2.conv3"]),
    "broken summary": (lambda: Summary(parse(BROKEN)), set(), ["a kernel of 9 covers 9"]),
    "layer": (lambda: convlens.layer("Conv2d(3, 64, 7, stride=2, padding=3)", (1, 3, 224, 224)), set(), ["118,013,952", "data:image/svg+xml", "hatched"]),
    "transposed layer": (lambda: convlens.layer("ConvTranspose1d(3, 4, 4, stride=2)", (1, 3, 9)), set(), ["data:image/svg+xml", "paints"]),
    "layer without windows": (lambda: convlens.layer("Linear(3, 4)", (1, 3)), set(), ["4*3 + 4 = 16"]),
    "drawn layer": (lambda: convlens.draw("Conv2d(1, 1, 3)", (1, 1, 5, 5)), set(), ["data:image/svg+xml"]),
    "drawn network": (lambda: convlens.draw("lenet5"), {"iframe"}, ["61,706", "data:image/svg+xml", "c3.tanh"]),
    "playground": (lambda: convlens.play("Conv2d(1, 2, 3)", (1, 1, 6, 6)), {"iframe"}, ["1x2x4x4", "data:image/svg+xml"]),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_nothing_that_matters_is_removed(name: str) -> None:
    make, frames, wanted = FORMS[name]
    read = Sanitised(make()._repr_html_())
    assert set(read.lost) == frames
    assert read.gone == ""
    assert [text for text in wanted if text not in read.kept] == []


def test_the_check_would_see_what_is_removed() -> None:
    read = Sanitised("<p onclick='x'>a<svg><text>b</text></svg><math>c</math></p><td style='position:fixed'>")
    assert read.lost == ["p.onclick", "svg", "text", "math", "td.style.position"]
    assert (read.kept, read.gone) == ("a", "bc")
