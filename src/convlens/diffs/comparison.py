"""Two networks and what is not the same in them."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from convlens.diffs.change import Change, change, figures, shown_labels
from convlens.diffs.findings import Findings, compared
from convlens.diffs.match import matched
from convlens.ir.errors import ConvlensError
from convlens.ir.graph import Node
from convlens.ir.record import as_json
from convlens.report.summary import Summary

WIDTH = 100
GUESSED = ("macs", "elementwise", "training_macs")
"""Totals that are too small where the cost of a layer cannot be told."""


class Comparison:
    """``old`` and ``new`` are summaries; ``pairs`` names the layer of ``new`` that each layer of ``old`` is.

    ``str`` is the text for people, `to_dict` the record, `to_markdown` for a pull request.
    """

    def __init__(self, old: Summary, new: Summary) -> None:
        self.old: Summary = old
        self.new: Summary = new

    @cached_property
    def pairs(self) -> Mapping[str, str]:
        return matched(self.old.graph, self.new.graph)

    @cached_property
    def removed(self) -> tuple[Node, ...]:
        return tuple(node for node in self.old.graph if node.name not in self.pairs)

    @cached_property
    def added(self) -> tuple[Node, ...]:
        kept = set(self.pairs.values())
        return tuple(node for node in self.new.graph if node.name not in kept)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Every layer of both that is not the same in all: renamed, edited, or with other figures."""
        found = (change(self.old, self.new, self.old.graph[a], self.new.graph[b]) for a, b in self.pairs.items())
        return tuple(one for one in found if one.renamed or one.edited or one.figures)

    @property
    def changed(self) -> tuple[Change, ...]:
        """The layers that somebody has edited, or whose figures follow from an edit elsewhere."""
        return tuple(one for one in self.changes if one.edited or one.figures)

    @property
    def renamed(self) -> tuple[Change, ...]:
        return tuple(one for one in self.changes if one.renamed)

    @cached_property
    def totals(self) -> dict[str, tuple[int, int]]:
        """Every total of `Summary.totals`: before and after."""
        return {
            name: (before, after)
            for (name, before), after in zip(self.old.totals._asdict().items(), self.new.totals, strict=True)
        }

    @property
    def up_to(self) -> tuple[str | None, str | None]:
        """The layer before which the totals of each network end, because its shapes break there; None where they are whole."""
        broken = (summary.facts.broken for summary in (self.old, self.new))
        old, new = (None if node is None else node.name for node in broken)
        return old, new

    def is_whole(self, total: str) -> tuple[bool, bool]:
        """For each network: is this total of all its layers, none of which breaks or has a cost that cannot be told?"""
        old, new = (
            summary.facts.broken is None and not (total in GUESSED and summary.unknown) for summary in (self.old, self.new)
        )
        return old, new

    @property
    def errors(self) -> list[ConvlensError]:
        """Why the shapes of a network break; once, where both break alike."""
        found = [summary.facts.error for summary in (self.old, self.new) if summary.facts.error is not None]
        return list({str(error): error for error in found}.values())

    @cached_property
    def findings(self) -> Findings:
        return compared(self.old.findings, self.new.findings, self.pairs)

    @property
    def same(self) -> bool:
        """Is nothing but perhaps a name another?"""
        return not (self.added or self.removed or self.changed or any(a != b for a, b in self.totals.values()))

    def lines(self, width: int = WIDTH, *, lang: str = "en", errors: bool = True) -> Iterator[tuple[str, str]]:
        """The text, line by line, each with its kind: "added", "removed", "changed", "title" or "text".

        Behind it stand the `errors`, unless these are told elsewhere.
        """
        from convlens.diffs.text import lines  # noqa: PLC0415 - each form loads its own writer

        return lines(self, width, lang, errors=errors)

    def text(self, width: int = WIDTH, *, lang: str = "en") -> str:
        return "\n".join(line for _, line in self.lines(width, lang=lang)) + "\n"

    def to_markdown(self, *, lang: str = "en") -> str:
        """Tables for a comment on a pull request."""
        from convlens.diffs.markdown import markdown  # noqa: PLC0415 - each form loads its own writer

        return markdown(self, lang)

    def to_dict(self) -> dict[str, Any]:
        """The record of ``diff --json``, schema ``convlens/diff/1``."""
        return {
            "schema": "convlens/diff/1",
            "models": [self.old.graph.name, self.new.graph.name],
            "added": [_layer(self.new, node) for node in self.added],
            "removed": [_layer(self.old, node) for node in self.removed],
            "changed": [one.to_dict() for one in self.changed],
            "renamed": [{"was": one.old, "name": one.new} for one in self.renamed],
            "totals": {name: list(both) for name, both in self.totals.items()},
            "totals_up_to": list(self.up_to),
            "costs_unknown": [self.old.unknown, self.new.unknown],
            "findings": self.findings.to_dict(),
            "errors": [str(summary.facts.error) if summary.facts.error else None for summary in (self.old, self.new)],
        }

    def to_json(self) -> str:
        """`to_dict` as JSON text."""
        return as_json(self.to_dict())

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        counts = f"{len(self.added)} added, {len(self.removed)} removed, {len(self.changed)} changed"
        return f"<Comparison of {self.old.graph.name!r} and {self.new.graph.name!r}: {counts}>"

    def _repr_markdown_(self) -> str:
        return self.to_markdown()


def _layer(summary: Summary, node: Node) -> dict[str, Any]:
    return {"name": node.name, "op": node.op.name, "label": shown_labels(summary, node), **figures(summary, node)}
