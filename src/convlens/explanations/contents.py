"""The list of all topics, and of the rules of ``convlens lint``."""

from collections.abc import Iterator
from typing import Any

from convlens.explanations import topic as topics
from convlens.lang.messages import say
from convlens.linting.table import every

WIDTH = 80


class Contents:
    """All topics and rules, a line for each. ``str`` is the list, `to_dict` the record, `to_markdown` for a page."""

    def __init__(self, lang: str) -> None:
        self.lang: str = lang

    def rows(self) -> list[tuple[str, str]]:
        """Every topic's name and what it is about."""
        return [(name, topics.summary(name, self.lang)) for name in topics.names()]

    def rules(self) -> list[tuple[str, str]]:
        """The code of every rule, and what it finds."""
        return [(rule.code, say(self.lang, rule.docs().title).rstrip(".。")) for rule in every()]

    def lines(self, width: int = WIDTH) -> Iterator[tuple[str, str]]:
        """The list, line by line, each with its kind."""
        from convlens.lang.layout import wrapped  # noqa: PLC0415 - a record needs no layout

        indent = max(map(len, topics.names())) + 2
        yield from (("topic", name.ljust(indent) + about) for name, about in self.rows())
        yield "", ""
        yield "heading", say(self.lang, "The rules of convlens lint")
        for code, about in self.rules():
            first, *rest = wrapped(about, width - len(code) - 2)
            yield "topic", f"{code}  {first}"
            yield from (("topic", " " * (len(code) + 2) + line) for line in rest)
        yield "", ""
        more = say(self.lang, "convlens explain TOPIC; an operator of the text form, such as conv_transpose, is a topic too.")
        yield from (("source", line) for line in wrapped(more, width))

    def text(self, width: int = WIDTH) -> str:
        """The list for a terminal of ``width`` cells."""
        return "\n".join(line for _, line in self.lines(width)) + "\n"

    def to_markdown(self) -> str:
        """The list for a page."""
        return "".join(f"- `{name}`: {about}\n" for name, about in (*self.rows(), *self.rules()))

    def to_dict(self) -> dict[str, Any]:
        """The record of ``explain --json`` without a topic."""
        return {
            "schema": "convlens/explain/1",
            "lang": self.lang,
            "topics": [{"topic": name, "title": topics.title(name, self.lang), "summary": about} for name, about in self.rows()],
            "rules": [{"code": rule.code, "name": rule.name, "severity": rule.severity} for rule in every()],
        }

    def __str__(self) -> str:
        return self.text()
