"""The verb ``draw``: a layer as a picture that moves."""

from base64 import b64encode
from collections.abc import Callable
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from convlens.drawing.layer import layer_scene
from convlens.drawing.scene import Scene
from convlens.drawing.writers.svg import svg
from convlens.ir.errors import UsageError
from convlens.ir.spec import Shape, TensorSpec
from convlens.lang.choice import LANGUAGES
from convlens.lang.printable import printable
from convlens.report.layer import LayerReport, layer

ENDINGS = (".svg", ".html", ".gif", ".png", ".mp4")


class Drawing:
    """A layer drawn with all its numbers: `svg`, `html`, `gif`, `png`, and `save` for files.

    ``caption`` is the language of words below the picture that explain its signs, None for none.
    """

    def __init__(self, report: LayerReport, *, values: Any, weights: Any, flip: bool, caption: str | None) -> None:
        def scene(words: str | None, full: bool) -> Scene:
            return layer_scene(report, values=values, weights=weights, flip=flip, caption=words, full=full)

        self._scene: Callable[[str | None, bool], Scene] = cache(scene)
        self.caption = caption
        self.scene: Scene = self._scene(caption, False)

    @property
    def name(self) -> str:
        """A file name without its ending, from which the layer can be read."""
        return self.scene.name

    def svg(self, *, still: bool = False) -> str:
        """Animated by CSS, or ``still``: the complete answer."""
        return svg(self._scene(self.caption, True), still=True) if still else svg(self.scene)

    def html(self, lang: str = "en") -> str:
        """One page that plays it, offline, in both languages; ``lang`` is the one it begins in."""
        from convlens.drawing.writers.player import player  # noqa: PLC0415 - each form loads its own writer

        return player(self._scene(None, True), {one: self._captions(one) for one in LANGUAGES}, lang)

    def _captions(self, lang: str) -> list[str]:
        return [note.text for note in self._scene(lang, True).notes if note.kind == "caption"]

    def gif(self) -> bytes:
        """Every step as pixels. Needs Pillow."""
        from convlens.drawing.writers.pixels import gif  # noqa: PLC0415 - each form loads its own writer

        return gif(self._scene(self._spoken(), True))

    def png(self, *, still: bool = False) -> bytes:
        """A sheet of up to twelve steps, or the complete answer. Needs Pillow."""
        from convlens.drawing.writers import pixels  # noqa: PLC0415 - each form loads its own writer

        scene = self._scene(self._spoken(), True)
        return pixels.still(scene) if still else pixels.sheet(scene)

    def _spoken(self) -> str | None:
        """Words as pixels are Chinese only where a font for them is installed, else English: never boxes."""
        from convlens.drawing.writers.fonts import has_chinese  # noqa: PLC0415 - it needs Pillow
        from convlens.drawing.writers.raster import images  # noqa: PLC0415

        images()
        return "en" if self.caption == "zh" and not has_chinese() else self.caption

    def save(self, path: str | Path | None = None, *, still: bool = False, lang: str = "en") -> list[Path]:
        """Write a file whose ending chooses the form, .svg with its still sibling; `name` + ``.svg`` without a path.

        Returns what was written. Raises `UsageError` for another ending, and where it cannot be written.
        """
        target = Path(path) if path is not None else Path(f"{self.name}.svg")
        ending = target.suffix.lower()
        if ending not in ENDINGS:
            raise UsageError(f"{target}: no such form\n  fix: one of {', '.join(ENDINGS)}")
        if still and ending not in (".svg", ".png"):
            raise UsageError(f"{target}: this form moves\n  fix: .svg or .png for a still picture")
        if ending == ".mp4":
            from convlens.drawing.writers.pixels import mp4  # noqa: PLC0415 - each form loads its own writer

            mp4(self._scene(self._spoken(), True), str(target))
            return [target]
        return [written(place, content) for place, content in self._files(target, still=still, lang=lang).items()]

    def _files(self, target: Path, *, still: bool, lang: str) -> dict[Path, bytes]:
        ending = target.suffix.lower()
        if ending == ".svg":
            sibling = {} if still else {target.with_name(f"{target.stem}-still{target.suffix}"): self.svg(still=True).encode()}
            return {target: self.svg(still=still).encode(), **sibling}
        if ending == ".html":
            return {target: self.html(lang).encode()}
        return {target: self.gif() if ending == ".gif" else self.png(still=still)}

    def to_dict(self) -> dict[str, Any]:
        """The record of ``draw --json``, schema ``convlens/drawing/1``, with every product written out."""
        from convlens.drawing.record import scene_record  # noqa: PLC0415 - each form loads its own writer

        return scene_record(self._scene(self.caption, True))

    def _repr_html_(self) -> str:
        """A picture inside the page: a notebook keeps it, trusted or not."""
        data = b64encode(self.svg().encode()).decode()
        return f'<img alt="{escape(printable(self.scene.title))}" src="data:image/svg+xml;base64,{data}">'

    def __repr__(self) -> str:
        return f"<Drawing {self.name}: {len(self.scene.steps)} steps>"


def draw(
    call: str,
    *shapes: Shape | TensorSpec | str,
    values: Any = None,
    weights: Any = None,
    flip: bool = False,
    caption: str | None = None,
) -> Drawing:
    """A layer as a picture: every number of its input, kernel and output, and one step for each output value.

    ``call`` and ``shapes`` are those of `convlens.layer`; ``values``, ``weights`` and ``flip`` those of its ``trace``. Raises
    `UsageError` for a layer that has no window, and for one that is too large to be read.

    >>> draw("Conv2d(3, 2, 3, stride=2, padding=1, dilation=2)", (1, 3, 7, 7))
    <Drawing conv2d_k3s2p1d2_3x7x7-2x3x3: 18 steps>
    """
    if caption is not None and caption not in LANGUAGES:
        raise UsageError(f"caption={caption!r} is no language\n  fix: one of {', '.join(LANGUAGES)}")
    return Drawing(layer(call, *shapes), values=values, weights=weights, flip=flip, caption=caption)


def written(path: Path, content: bytes) -> Path:
    """The path, with this content in it. `UsageError` where it cannot be written."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None
    return path
