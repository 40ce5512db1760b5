"""The verb ``explain``: one concept, one operator, one rule, in words and numbers."""

from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property
from typing import Any

from convlens.explanations import topic as topics
from convlens.explanations.block import Block, blocks
from convlens.explanations.contents import WIDTH, Contents
from convlens.explanations.example import run
from convlens.explanations.formula import filled
from convlens.explanations.operator import OperatorExplanation
from convlens.explanations.rule import RuleExplanation
from convlens.explanations.topic import Topic
from convlens.ir import op
from convlens.ir.errors import UsageError, nearest
from convlens.lang.messages import listed, said, say
from convlens.lang.sentence import Sentence
from convlens.linting import table as rules

INDENT = "    "


class Explanation:
    """One topic in one language. ``str`` is its text, `to_dict` the record, `to_markdown` for a page."""

    def __init__(self, topic: Topic, lang: str) -> None:
        self.topic: Topic = topic
        self.lang: str = lang

    @cached_property
    def blocks(self) -> list[Block]:
        """The words with their numbers, then where to read on."""
        source = say(self.lang, "Source: {source}", source=self.topic.source)
        see = said(self.lang, say(self.lang, "See also"), listed(self.lang, list(self.topic.see)))
        return [*blocks(self.topic, self.lang), Block("source", (source,)), Block("source", (see,))]

    def lines(self, width: int = WIDTH) -> Iterator[tuple[str, str]]:
        """The text, line by line, each with the kind of its block."""
        from convlens.lang.layout import aligned, wrapped  # noqa: PLC0415 - a record needs no layout

        previous = ""
        for kind, texts, rows in self.blocks:
            if previous and not (kind == previous == "source"):
                yield "", ""
            if kind in ("formula", "example"):
                yield from ((kind, INDENT + line) for line in texts)
            elif kind == "table":
                yield from ((kind, INDENT + line) for line in aligned(rows))
            elif kind == "quote":
                yield from ((kind, f"  {line}") for line in wrapped(_quoted(texts[0], self.lang), width - 2))
            else:
                yield from ((kind, line) for line in wrapped(texts[0], width))
            previous = kind

    def text(self, width: int = WIDTH) -> str:
        """The explanation for a terminal of ``width`` cells."""
        return "\n".join(line for _, line in self.lines(width)) + "\n"

    def to_markdown(self) -> str:
        """The explanation for a page."""
        from convlens.explanations.markdown import markdown  # noqa: PLC0415 - each form loads its own writer

        return markdown(self.blocks)

    def to_dict(self) -> dict[str, Any]:
        """The record of ``explain --json``, schema ``convlens/explain/1``."""
        topic, lang = self.topic, self.lang
        return {
            "schema": "convlens/explain/1",
            "topic": topic.name,
            "lang": lang,
            "title": topics.title(topic.name, lang),
            "summary": topics.summary(topic.name, lang),
            "formula": filled(topic.formula, topic.values),
            "example": [_example(*call) for call in topic.calls],
            "values": {name: _plain(value) for name, value in topic.values.items()},
            "wrong": [block.lines[0] for block in self.blocks if block.kind == "quote"],
            "source": topic.source,
            "see": list(topic.see),
            "text": self.text(),
        }

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Explanation of {self.topic.name!r}: {topics.summary(self.topic.name, self.lang)}>"

    def _repr_markdown_(self) -> str:
        return self.to_markdown()


def explain(topic: str = "", lang: str = "en") -> Explanation | OperatorExplanation | RuleExplanation | Contents:
    """Explain one concept, one operator or one rule of ``lint``; without a topic, the list of topics.

    ``topic`` is a name such as ``why-odd``, a title in either language, an operator of the text form, or the code or name of a
    rule; ``lang`` is "en" or "zh". The result prints as text. Raises `UsageError` for an unknown topic, naming the nearest.

    >>> explain("parameters").to_dict()["values"]["rgb"]
    5184
    """
    if not topic:
        return Contents(lang)
    if topic not in topics.names() and op.find(topic) is not None:
        return OperatorExplanation(op.lookup(topic), lang)
    name = topics.named(topic)
    if name is None and rules.find(topic) is not None:
        return RuleExplanation(rules.lookup(topic), lang)
    if name is None:
        known = [*topics.names(), *op.names(), *(word for rule in rules.every() for word in (rule.name, rule.code))]
        named = {"name": repr(topic), "meant": nearest(topic, known), "topics": ", ".join(topics.names())}
        raise UsageError(Sentence("there is no topic {name}{meant}\n  fix: one of {topics}", **named))
    return Explanation(topics.load(name), lang)


def _quoted(text: str, lang: str) -> str:
    return f"“{text}”" if lang == "zh" else f'"{text}"'


def _example(call: str, shape: str) -> dict[str, Any]:
    found = run(call, shape)
    return {
        "call": call, "input": list(found.input), "output": list(found.output), "params": found.params, "macs": found.macs
    }  # fmt: skip


def _plain(value: Any) -> Any:
    """Whole numbers as they are, fractions as text, rows as lists."""
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else str(value)
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
