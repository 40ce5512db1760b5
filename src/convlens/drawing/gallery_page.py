"""The page of the gallery: every picture with what to see in it and the lines that put it into another page."""

from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from convlens.drawing.pictures import PARTS, Picture
from convlens.lang.choice import LANGUAGES
from convlens.lang.messages import marked, said_as

if TYPE_CHECKING:
    from convlens.drawing.draw import Drawing

TITLE = marked("Convolution in pictures")
LICENCE = marked(
    "Made with convlens. Licence of all pictures: Apache-2.0, as of convlens itself; use, change and pass them on, "
    "in class and in print."
)
STILL = marked("A picture moves, unless your system asks for less motion. Its name leads to a page that plays it step by step.")
LEAST_SCALE = 0.92
"""A picture shrinks to this, at which its text is 11 pixels high, and is scrolled where there is less room."""

PASTE = marked("To paste")


def gallery_page(drawings: "Mapping[str, Drawing]", lang: str) -> str:
    """Both languages are inside; a button changes them, and without JavaScript ``lang`` stays."""
    folder = files("convlens.drawing.writers")
    style, script = (folder.joinpath(f"gallery.{ending}").read_text("utf-8") for ending in ("css", "js"))
    parts = "".join(
        f"<section><h2>{_both(part.heading)}</h2>{''.join(_figure(p, drawings[p.name]) for p in part.pictures)}</section>"
        for part in PARTS
    )
    return (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark">'
        f"<title>{escape(said_as(lang, TITLE))}</title><style>{style}</style></head>\n<body><main>"
        f'<button id="lang" type="button" hidden>English / 中文</button><h1>{_both(TITLE)}</h1><p>{_both(STILL)}</p>'
        f"{parts}<footer><p>{_both(LICENCE)}</p></footer></main>\n<script>{script}</script></body></html>\n"
    )


def _both(message: str) -> str:
    """A text in every language; the style shows one of them."""
    return "".join(f'<span lang="{lang}">{escape(said_as(lang, message))}</span>' for lang in LANGUAGES)


def _figure(picture: Picture, drawing: "Drawing") -> str:
    scene, name = drawing.scene, picture.name
    least = round(LEAST_SCALE * scene.width)
    size = f'width="{scene.width}" height="{scene.height}" style="min-width:{least}px"'
    lines = "".join(
        f'<pre tabindex="0"><code>{escape(line)}</code></pre>' for line in snippets(picture, scene.width, scene.height)
    )
    return (
        f'<figure id="{name}"><figcaption><h3><a href="{name}.html">{name}</a></h3><p>{_both(picture.words)}</p></figcaption>'
        f'<div class="picture" tabindex="0" role="region" aria-label="{name}"><picture>'
        f'<source media="(prefers-reduced-motion: reduce)" srcset="{name}-still.svg">'
        f'<img loading="lazy" src="{name}.svg" {size} alt="{escape(scene.title)}"></picture></div>'
        f"<details><summary>{_both(PASTE)}</summary>{lines}</details></figure>\n"
    )


def snippets(picture: Picture, width: int, height: int) -> tuple[str, str, str, str]:
    """The picture in Markdown, as an element that respects less motion, its page in a frame, and the command that draws it."""
    name, alt = picture.name, escape(f"{picture.call}, {picture.words}")
    still = f'<source media="(prefers-reduced-motion: reduce)" srcset="{name}-still.svg">'
    shape = "x".join(map(str, picture.shape))
    return (
        f"![{picture.call}]({name}.svg)",
        f'<picture>{still}<img src="{name}.svg" width="{width}" height="{height}" alt="{alt}"></picture>',
        f'<iframe src="{name}.html" width="{width + 40}" height="{height + 240}" title="{alt}"></iframe>',
        f'convlens draw "{picture.call}" --input {shape}',
    )
