"""What the page is told of one example."""

from typing import Any

from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence
from convlens.training.features import first_maps, word_weights
from convlens.training.preparation.words import words_of
from convlens.training.restored import Restored
from convlens.training.serving.pictures import seen, tiles

MOST_CLASSES = 20
LAYERS = 2


def answer(network: Restored, content: bytes) -> dict[str, Any]:
    """Probabilities, the input as the network saw it, the maps of its first convolutions, or the weights of words.

    ``content`` is that of a file, or a sentence in UTF-8. Raises `UsageError` where it cannot be read.
    """
    kind = network.preparation.kind
    source = _sentence(content) if kind == "text" else content
    row = network.preparation.read(source)
    shares, places = network.probabilities(row[None])[0].sort(descending=True, stable=True)
    best = [
        {"name": network.classes[place], "probability": round(share, 6)}
        for place, share in list(zip(places.tolist(), shares.tolist(), strict=True))[:MOST_CLASSES]
    ]
    layers = [] if kind == "text" else [tiles(each) for each in first_maps(network, row, LAYERS)]
    words = [word._asdict() for word in word_weights(network, source)] if isinstance(source, str) else []
    return {
        "kind": kind, "classes": best, "left_out": max(0, len(network.classes) - MOST_CLASSES),
        "shape": list(network.input), "seen": seen(row, kind), "layers": layers, "words": words,
        "unread": _unread(network, source) if isinstance(source, str) else 0,
    }  # fmt: skip


def _unread(network: Restored, text: str) -> int:
    """Words behind the longest text that the network takes."""
    longest = int(getattr(network.preparation, "longest", 0))
    return max(0, len(words_of(text)) - longest)


def _sentence(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(Sentence("the text is not in UTF-8")) from None
