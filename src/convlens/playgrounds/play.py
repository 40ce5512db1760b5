"""The verb ``play``: a page on which every setting and number of a layer can be tried."""

from html import escape
from typing import Any

from convlens.ir.errors import UsageError
from convlens.ir.spec import Shape, TensorSpec
from convlens.lang.choice import LANGUAGES
from convlens.playgrounds.page import page
from convlens.playgrounds.settings import Settings, settings_of
from convlens.report.layer import LayerReport, layer
from convlens.report.layer_html import layer_html


class Playground:
    """The page of one layer, or of the page's own first example. `to_html` is the whole file."""

    def __init__(self, report: LayerReport | None, settings: Settings) -> None:
        self.report: LayerReport | None = report
        self.settings: Settings = settings

    def to_html(self, lang: str = "en") -> str:
        """One file that works from a disk, from a server, in a frame and offline; both languages are inside."""
        if lang not in LANGUAGES:
            raise UsageError(f"the page does not speak {lang!r}\n  fix: one of {', '.join(LANGUAGES)}")
        return page({**self.settings, "lang": lang})

    def to_dict(self) -> dict[str, Any]:
        """The record of ``play --json``, schema ``convlens/play/1``: the settings as they stand in the page's address."""
        call = self.report.call if self.report is not None else None
        return {"schema": "convlens/play/1", "call": call, "settings": dict(self.settings)}

    def _repr_html_(self) -> str:
        """The layer's facts, which every notebook keeps, then the page in a frame, which a trusted one shows."""
        facts = layer_html(self.report, "en") if self.report is not None else ""
        return facts + (
            f'<iframe title="convlens" sandbox="allow-scripts allow-downloads" style="width:100%;height:780px;border:0" '
            f'srcdoc="{escape(self.to_html())}"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<Playground of {self.report.call!r}>" if self.report is not None else "<Playground>"


def play(call: str | None = None, shape: Shape | TensorSpec | str | None = None) -> Playground:
    """A page to play with a layer: the one of ``call`` on an input of ``shape``, or the page's own first example.

    Raises `UsageError` for a layer that the page does not know, `ShapeError` where the layer cannot take the input.

    >>> play("Conv2d(3, 8, 3, stride=2)", (1, 3, 9, 9)).settings["stride"]
    '2'
    """
    if call is None:
        if shape is not None:
            raise UsageError("a shape is given without a layer\n  fix: the call as well, as in 'Conv2d(3, 64, 7)'")
        return Playground(None, {})
    if shape is None:
        raise UsageError(f"{call}: no shape is given\n  fix: the shape of its input, as in 1x3x9x9")
    report = layer(call, shape)
    return Playground(report, settings_of(call, report.graph))


def playground_page(call: str | None = None, shape: Shape | TensorSpec | str | None = None, lang: str = "en") -> str:
    """The page as text: ``play(call, shape).to_html(lang)``."""
    return play(call, shape).to_html(lang)
