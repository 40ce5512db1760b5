"""A scene as one page that plays it: step by step, at any speed, by mouse and by keyboard, in both languages, offline."""

import json
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files

from convlens.drawing.scene import Scene
from convlens.drawing.writers.svg import svg
from convlens.lang.printable import printable


def player(scene: Scene, captions: Mapping[str, Sequence[str]], lang: str) -> str:
    """The whole page. ``captions`` are the signs of the picture in words, by language; ``lang`` is what it begins in.

    Without JavaScript, and on paper, the picture stands still and is complete.
    """
    folder = files(__package__)
    style, script = (folder.joinpath(f"player.{ending}").read_text("utf-8") for ending in ("css", "js"))
    signs = "".join(_list(lines, one) for one, lines in captions.items())
    sums = "".join(f"<li>{'<br>'.join(map(_clean, step.words))}</li>" for step in scene.steps)
    words = _json({"lang": lang, "steps": [" ".join(step.words) for step in scene.steps]})
    return PAGE.format(
        lang=lang, title=_clean(scene.title), style=style, picture=svg(scene, gate="@media screen"),
        last=len(scene.steps) - 1, signs=signs, sums=sums, command=_clean(scene.description), words=words, script=script,
    )  # fmt: skip


PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title}</title><style>{style}</style></head>
<body><main><h1 class="unseen">{title}</h1>
<div class="picture" tabindex="0" role="region" data-label="picture">{picture}</div>
<div class="controls" hidden>
<button id="play" type="button"></button><button id="back" type="button" data-label="back">[</button><button id="on" type="button"
 data-label="on">]</button>
<input id="at" type="range" min="0" max="{last}" value="0" data-label="step">
<label><span data-text="speed"></span> <select id="speed"><option value="0.25">0.25</option><option value="0.5">0.5</option>
<option value="1" selected>1</option><option value="2">2</option><option value="4">4</option></select></label>
<button id="lang" type="button"></button></div>
<p id="sum" class="unseen" aria-live="polite"></p>
{signs}
<p class="keys" hidden><span data-text="keys"></span></p>
<pre class="command" tabindex="0"><code>{command}</code></pre>
<ol class="sums">{sums}</ol>
</main>
<script type="application/json" id="words">{words}</script><script>{script}</script></body></html>
"""


def _list(lines: Sequence[str], lang: str) -> str:
    return f'<ul class="signs" lang="{lang}">{"".join(f"<li>{_clean(line)}</li>" for line in lines)}</ul>'


def _clean(text: str) -> str:
    return escape(printable(text))


def _json(value: object) -> str:
    """JSON inside a page: nothing in it ends the element."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
