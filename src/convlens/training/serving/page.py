"""The page: one file with all that it needs; the answers come from where it came from."""

from html import escape
from pathlib import Path
from typing import Any

from convlens.pageparts.assembly import embedded, filled, script, style, web_file, words
from convlens.training.data.sources.known import shown
from convlens.training.restored import Restored
from convlens.training.serving.body import MAX_BYTES

ROOM = "convlens.training.serving"


def policy(nonce: str) -> str:
    """The content security policy: this script and this style alone run, and it talks to nobody but its own server."""
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def html(network: Restored, lang: str, nonce: str) -> str:
    """The whole file; ``lang`` is the language that it begins in."""
    record = about(network, lang)
    parts = {
        "lang": "zh-CN" if lang == "zh" else "en", "title": escape(record["name"]), "nonce": nonce,
        "style": style(ROOM, ("page.css",)), "script": script(ROOM, ("page.js",)),
        "words": embedded(words(ROOM, shared=False)), "data": embedded(record),
    }  # fmt: skip
    return filled(web_file(ROOM, "page.html"), parts)


def about(network: Restored, lang: str) -> dict[str, Any]:
    """What the page knows of the network."""
    record = network.run.record
    return {
        "lang": lang, "kind": network.preparation.kind, "name": shown(Path(network.run.path.resolve().name)),
        "network": _title(str(record.get("network", "")))[:200], "data": str(record.get("data", ""))[:200],
        "classes": list(network.classes[:50]), "count": len(network.classes), "accuracy": network.run.test_accuracy,
        "shape": list(network.input), "most": MAX_BYTES,
    }  # fmt: skip


def _title(network: str) -> str:
    """Of a file its name."""
    return network.replace("\\", "/").rpartition("/")[2]
