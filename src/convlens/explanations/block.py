"""The parts of an explanation: words with their numbers filled in, before they are laid out for a screen or a page."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from convlens.explanations.example import Example, run
from convlens.explanations.formula import filled
from convlens.explanations.number import shown
from convlens.explanations.topic import Topic, words
from convlens.lang.messages import say


class Block(NamedTuple):
    """``kind`` is "title", "heading", "text", "quote", "formula", "example" or "table".

    A formula has its ``lines``, an example two for each call, a table its ``rows`` with the head first; all others one line.
    """

    kind: str
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def blocks(topic: Topic, lang: str) -> list[Block]:
    """The whole explanation without its source."""
    return [_block(part, topic, lang) for part in words(topic.name, lang).strip().split("\n\n")]


def _block(part: str, topic: Topic, lang: str) -> Block:
    if part == "{formula}":
        return Block("formula", tuple(filled(topic.formula, topic.values)))
    if part == "{example}":
        return Block("example", tuple(line for call in topic.calls for line in example_lines(run(*call), lang)))
    if part.startswith("|"):
        return Block("table", rows=tuple(_rows(part, topic)))
    for kind, sign in (("title", "# "), ("heading", "## "), ("quote", "> ")):
        if part.startswith(sign):
            return Block(kind, (_filled(_joined(part.removeprefix(sign), lang), topic),))
    return Block("text", (_filled(_joined(part, lang), topic),))


def example_lines(example: Example, lang: str) -> tuple[str, str]:
    """A call, and what it does."""
    costs = {"shapes": example.shapes, "params": shown(example.params), "macs": shown(example.macs)}
    return example.call, "  " + say(lang, "{shapes}, {params} parameters, {macs} MACs", **costs)


def _rows(part: str, topic: Topic) -> Iterator[tuple[str, ...]]:
    for line in part.splitlines():
        whole = re.fullmatch(r"\| \{(\w+)\} \|", line)
        if whole:
            yield from (tuple(map(shown, row)) for row in topic.values[whole.group(1)])
        elif not line.startswith("|-"):
            yield tuple(_filled(cell.strip(), topic) for cell in line.strip("|").split("|"))


def _filled(text: str, topic: Topic) -> str:
    return text.format_map({name: shown(value) for name, value in topic.values.items()})


def _joined(text: str, lang: str) -> str:
    """The lines of a paragraph as one. Chinese has no space between them, unless a Latin word or a number stands there."""
    return text.replace("\n", " ") if lang == "en" else _BESIDE_LATIN.sub(" ", text).replace("\n", "")


_HAN = "[\u4e00-\u9fff]"
_LATIN = "[\x21-\x7e]"
_BESIDE_LATIN = re.compile(f"(?<={_LATIN})\n(?={_LATIN})|(?<={_HAN})\n(?={_LATIN})|(?<={_LATIN})\n(?={_HAN})")
