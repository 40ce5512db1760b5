"""One HTML file from its parts: it asks for nothing else, so it works offline and inside a frame."""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

ROOM = "convlens.pageparts"


def filled(text: str, parts: Mapping[str, str]) -> str:
    """Every ``{{name}}`` by its part, in one walk: what a part holds is never read as a mark.

    >>> filled("<p>{{a}} {{b}}</p>", {"a": "{{b}}", "b": "c"})
    '<p>{{b}} c</p>'
    """
    head, *pieces = text.split("{{")
    return head + "".join(parts[name] + rest for name, _, rest in (piece.partition("}}") for piece in pieces))


def embedded(record: Any) -> str:
    """JSON that may stand inside a ``script`` element: nothing in it can end the element or begin another.

    >>> embedded({"name": "</script>"})
    '{"name":"\\\\u003c/script>"}'
    """
    text = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def lean(code: str) -> str:
    """Without indentation, and without lines that are a remark.

    >>> lean("  // why\\n  let x = 1;\\n")
    'let x = 1;'
    """
    lines = (line.strip() for line in code.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


@cache
def web_file(room: str, name: str) -> str:
    """A file of the folder ``web`` of a room, such as ``convlens.pageparts``."""
    return resources.files(room).joinpath("web", name).read_text(encoding="utf-8")


def script(room: str, names: tuple[str, ...], shared: tuple[str, ...] = ("base.js",)) -> str:
    """The scripts of a page, those that every page shares first."""
    files = [(ROOM, name) for name in shared] + [(room, name) for name in names]
    return "\n".join(lean(web_file(*file)) for file in files)


def style(room: str, names: tuple[str, ...], shared: tuple[str, ...] = ("base.css",)) -> str:
    """The style sheets of a page, in the same order."""
    files = [(ROOM, name) for name in shared] + [(room, name) for name in names]
    return "\n".join(lean(web_file(*file)) for file in files)


def words(room: str, shared: bool = True) -> dict[str, dict[str, str]]:
    """The texts of a page by language; ``shared`` adds those of curves."""
    found: dict[str, dict[str, str]] = json.loads(web_file(room, "words.json"))
    common = json.loads(web_file(ROOM, "words.json")) if shared else {lang: {} for lang in found}
    return {lang: {**common[lang], **texts} for lang, texts in found.items()}
