"""An operator as a topic: its docstring is its specification."""

import inspect
from collections.abc import Iterator
from typing import Any

from convlens.ir.op import Op, lookup
from convlens.lang.messages import said, say


class OperatorExplanation:
    """What an operator computes and costs, its settings, and how frameworks write it."""

    def __init__(self, op: type[Op], lang: str) -> None:
        self.op: type[Op] = op
        self.lang: str = lang

    def lines(self, width: int = 80) -> Iterator[tuple[str, str]]:
        yield "title", self.op.name
        yield "", ""
        yield from (("text", line) for line in str(inspect.getdoc(self.op)).replace("``", "`").splitlines())
        yield "", ""
        yield from (("source", line) for line in self._facts())

    def _facts(self) -> Iterator[str]:
        if self.op.fields:
            yield said(self.lang, say(self.lang, "settings"), ", ".join(map(self._setting, self.op.fields)))
        calls = list(dict.fromkeys(f"{spelling.framework}.{spelling.call}" for spelling in self.op.spellings))
        if calls:
            yield said(self.lang, say(self.lang, "written as"), ", ".join(calls))

    def _setting(self, field: str) -> str:
        return f"{field}={self.op.defaults[field]!r}" if field in self.op.defaults else field

    def text(self, width: int = 80) -> str:
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


def operator_explanation(name: str, lang: str) -> OperatorExplanation:
    """
    >>> "Relationship 14" in str(operator_explanation("conv_transpose", "en")).title()
    True
    """
    return OperatorExplanation(lookup(name), lang)
