"""An operator as a topic: its docstring is its specification."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

from convlens.explanations.contents import WIDTH
from convlens.explanations.docstring import parts, table_rows
from convlens.ir.op import Op
from convlens.lang.messages import said, say

INDENT = "    "


class OperatorExplanation:
    """What an operator computes and costs, its settings, and how frameworks write it."""

    def __init__(self, op: type[Op], lang: str) -> None:
        self.op: type[Op] = op
        self.lang: str = lang

    def lines(self, width: int = WIDTH) -> Iterator[tuple[str, str]]:
        """The docstring and what the class states, line by line, each with its kind."""
        from convlens.lang.layout import aligned, wrapped  # noqa: PLC0415 - a record needs no layout

        yield "title", self.op.name
        for kind, lines in parts(self.op):
            yield "", ""
            if kind == "table":
                yield from (("formula", INDENT + line) for line in aligned([*map(_plain, table_rows(lines))]))
            elif kind == "example":
                yield from (("example", INDENT + line) for line in lines)
            else:
                yield from (("text", line) for line in wrapped(_ticks(" ".join(lines)), width))
        yield "", ""
        for fact in self._facts():
            yield from (("source", line) for line in wrapped(fact, width))

    def _facts(self) -> Iterator[str]:
        if self.op.fields:
            yield said(self.lang, say(self.lang, "settings"), ", ".join(map(self._setting, self.op.fields)))
        calls = list(dict.fromkeys(f"{spelling.framework}.{spelling.call}" for spelling in self.op.spellings))
        if calls:
            yield said(self.lang, say(self.lang, "written as"), ", ".join(calls))

    def _setting(self, field: str) -> str:
        return f"{field}={self.op.defaults[field]!r}" if field in self.op.defaults else field

    def text(self, width: int = WIDTH) -> str:
        return "\n".join(line for _, line in self.lines(width)) + "\n"

    def to_markdown(self) -> str:
        return f"```text\n{self.text()}```\n"

    def to_dict(self) -> dict[str, Any]:
        return {
            "schema": "convlens/explain/1",
            "topic": self.op.name,
            "lang": self.lang,
            "title": self.op.name,
            "summary": str(inspect.getdoc(self.op)).split("\n\n", 1)[0].replace("\n", " "),
            "settings": list(self.op.fields),
            "text": self.text(),
        }

    def __str__(self) -> str:
        return self.text()


def _plain(row: list[str]) -> list[str]:
    """A fact and its rule, the unit behind it."""
    fact, rule, *unit = map(_ticks, row)
    return [fact, f"{rule} [{unit[0]}]" if any(unit) else rule]


def _ticks(text: str) -> str:
    return re.sub(r"``([^`]+)``", r"`\1`", text)
