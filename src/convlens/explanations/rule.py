"""A rule of ``convlens lint`` as a topic: its docstring is its page, and its bad example is linted while it is printed."""

from collections.abc import Iterator
from typing import Any

from convlens.explanations.block import Block
from convlens.explanations.contents import WIDTH
from convlens.ir.text import parse
from convlens.lang.markdown import prose, unmarked
from convlens.lang.messages import listed, marked, said, say
from convlens.linting.documentation import OPTIONAL
from convlens.linting.forms.text import SHOWN, lines
from convlens.linting.lint import lint_graph
from convlens.linting.rule import Rule
from convlens.linting.settings import Settings

INDENT = "    "
STATUS = {"stable": marked("stable"), "preview": marked("preview")}
MORE = {"Exceptions": marked("Exceptions"), "Cost": marked("Cost")}


class RuleExplanation:
    """Why a rule is there, a network that it reports and what it says of that, one that it does not report, its source."""

    def __init__(self, rule: type[Rule], lang: str) -> None:
        self.rule: type[Rule] = rule
        self.lang: str = lang

    @property
    def title(self) -> str:
        return say(self.lang, self.rule.docs().title)

    @property
    def why(self) -> list[str]:
        return [say(self.lang, text) for text in self.rule.docs().paragraphs]

    def blocks(self) -> Iterator[Block]:
        docs = self.rule.docs()
        yield Block("title", (f"{self.rule.code} {self.rule.name}",))
        yield from (Block("text", (text,)) for text in (self.title, *self.why))
        yield Block("heading", (say(self.lang, "Reported"),))
        yield Block("example", tuple(docs.bad.text.splitlines()))
        yield Block("example", tuple(self._said()))
        yield Block("heading", (say(self.lang, "Not reported"),))
        yield Block("example", tuple(docs.good.text.splitlines()))
        for heading in OPTIONAL:
            if heading in docs.sections:
                yield Block("heading", (say(self.lang, MORE[heading]),))
                yield from (Block("text", (" ".join(text.split()),)) for text in docs.sections[heading].split("\n\n"))
        yield from (Block("source", (text,)) for text in self._facts())

    def _said(self) -> list[str]:
        """What lint says of the bad example, without its title and its counts."""
        bad = self.rule.docs().bad
        report = lint_graph(parse(bad.text), Settings(select=(self.rule.code,), options=bad.options))
        kept = ("error", "warn", "info", "text", "fix")
        return [line for kind, line in lines(report, WIDTH - len(INDENT), self.lang, everything=True) if kind in kept]

    def _facts(self) -> Iterator[str]:
        rule, lang = self.rule, self.lang
        yield say(lang, "Source: {source}", source=rule.docs().source)
        yield said(lang, say(lang, "severity"), say(lang, SHOWN[rule.severity]))
        yield said(lang, say(lang, "status"), say(lang, STATUS[rule.status]))
        if rule.instead_of:
            yield said(lang, say(lang, "says more about the same nodes than"), listed(lang, list(rule.instead_of)))

    def lines(self, width: int = WIDTH) -> Iterator[tuple[str, str]]:
        """The text, line by line, each with its kind."""
        from convlens.lang.layout import wrapped  # noqa: PLC0415 - a record needs no layout

        previous = ""
        for kind, texts, _ in self.blocks():
            if previous and not (kind == previous == "source"):
                yield "", ""
            if kind == "example":
                yield from ((kind, (INDENT + line).rstrip()) for line in texts)
            else:
                yield from ((kind, line) for line in wrapped(unmarked(texts[0]), width))
            previous = kind

    def text(self, width: int = WIDTH) -> str:
        return "\n".join(line for _, line in self.lines(width)) + "\n"

    def to_markdown(self) -> str:
        from convlens.explanations.markdown import markdown  # noqa: PLC0415 - each form loads its own writer

        return markdown(Block(kind, tuple(map(prose, texts)) if kind != "example" else texts) for kind, texts, _ in self.blocks())

    def to_dict(self) -> dict[str, Any]:
        """The record of ``explain CODE --json``, schema ``convlens/explain/1``."""
        rule, docs = self.rule, self.rule.docs()
        return {
            "schema": "convlens/explain/1",
            "topic": rule.code,
            "lang": self.lang,
            "title": rule.name,
            "summary": self.title,
            "severity": rule.severity,
            "status": rule.status,
            "why": self.why,
            "bad": docs.bad.text,
            "good": docs.good.text,
            "source": docs.source,
            "text": self.text(),
        }

    def __str__(self) -> str:
        return self.text()
