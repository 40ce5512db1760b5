"""One HTML file from the parts that lie in ``page/``: it asks for nothing else, so it works offline and inside a frame."""

import json
import re
import zlib
from base64 import b85encode
from collections.abc import Mapping
from importlib.resources import files

SCRIPTS = (
    "arithmetic", "numbers", "own", "state", "strings", "frameworks", "jax", "scene", "form", "view", "sum", "columns",
    "formula", "cost", "tour", "picture", "save", "player", "keys", "chapter", "events", "main",
)  # fmt: skip
"""In the order in which they need each other while they are loaded."""


def page(start: Mapping[str, str], *, packed: bool = True) -> str:
    """The whole file; ``start`` are the settings with which it opens, as `convlens.playgrounds.settings` writes them.

    ``packed`` compresses style, elements and code, which the page unpacks itself: less than half the bytes, in a notebook for
    every cell.
    """
    code = "\n".join(_bare(_part(f"{name}.js")) for name in SCRIPTS)
    script = f'(() => {{\n"use strict"\n{code}\n}})()'
    body = _filled(_part("body.html"), {"/*css*/": _bare(_part("page.css"))})
    if packed:
        parts = {
            "/*body*/": "",
            "/*packed*/": _squeezed(f"{body}<script>{script}</script>"),
            "/*js*/": _part("unpack.js").rstrip(),
        }
    else:
        parts = {"/*body*/": body, "/*packed*/": "", "/*js*/": script}
    return _filled(_part("page.html"), {**parts, "/*start*/": _embedded(start)})


def _part(name: str) -> str:
    return (files(__package__) / "page" / name).read_text(encoding="utf-8")


def _bare(script: str) -> str:
    """Without indentation, lines of comment and empty lines: the parts are for readers, the file is sent about."""
    lines = (line.strip() for line in script.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("// "))


def _squeezed(text: str) -> str:
    """Deflated, as letters: five for four bytes. Browsers have unpacked it themselves since 2023 (DecompressionStream)."""
    squeezer = zlib.compressobj(9, wbits=-15)
    letters = b85encode(squeezer.compress(text.encode()) + squeezer.flush())
    return letters.decode("ascii").translate(_UNMARKED)


_UNMARKED = str.maketrans("<>&", ".:,")
"""HTML would write these three longer; unpack.js has the same alphabet."""


def _embedded(record: Mapping[str, str]) -> str:
    r"""JSON that is safe inside a script: no text in it can end the element or open a comment.

    >>> print(_embedded({"in": "</script>"}))
    {"in": "\u003c/script>"}
    """
    return json.dumps(dict(record), ensure_ascii=True).replace("<", "\\u003c")


def _filled(text: str, parts: Mapping[str, str]) -> str:
    """Every mark by its part, in one walk: what a part holds is never read as a mark."""
    return re.sub("|".join(map(re.escape, parts)), lambda mark: parts[mark[0]], text)
