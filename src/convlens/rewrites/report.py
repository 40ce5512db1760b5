"""What a rewrite did, for people and for machines."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from convlens.arith.units import grouped
from convlens.ir import text
from convlens.ir.graph import Graph
from convlens.lang.layout import aligned
from convlens.lang.messages import counted, said, say
from convlens.lang.remark import Remark
from convlens.report.field import field_words
from convlens.report.record import field_record
from convlens.report.summary import Summary
from convlens.rewrites import table
from convlens.rewrites.place import possible

if TYPE_CHECKING:
    from convlens.rewrites.proof import Proof

NOTHING = 1e-12
"""A difference below this part of the largest value is said as such: its digits are those of the machine."""
MOST = 12
"""More places or notes than this are not all printed."""


class Rewriting:
    """One rewrite that was done: the graphs ``before`` and ``after``, the new ``weights``, and the ``proof``."""

    def __init__(
        self, name: str, rule: Any, before: Graph, after: Graph, weights: Mapping[Any, Any], notes: list[Remark], proof: "Proof"
    ) -> None:
        self.name: str = name
        self.rule: Any = rule
        self.before: Graph = before
        self.after: Graph = after
        self.weights: Mapping[Any, Any] = weights
        self.notes: list[Remark] = notes
        self.proof: Proof = proof

    @cached_property
    def summaries(self) -> tuple[Summary, Summary]:
        return Summary(self.before), Summary(self.after)

    def text(self, lang: str = "en") -> str:
        places = self.rule.applies(self.before)
        done = len(possible(places))
        lines = [f"{self.name}: {say(lang, self.rule.TITLE)}", ""]
        lines += [counted(lang, "done at {done} of {count} place", "done at {done} of {count} places", len(places), done=done)]
        lines += [f"  {place.node}: {place.why_not.text(lang)}" for place in places if place.why_not][:MOST]
        lines += [note.text(lang) for note in self.notes[:MOST]]
        return "\n".join([*lines, "", *aligned(self._costs(lang)), self._fields(lang), "", *self._proof(lang)]) + "\n"

    def _costs(self, lang: str) -> list[tuple[str, str, str]]:
        a, b = (summary.totals for summary in self.summaries)
        rows = [
            (say(lang, "parameters"), a.params, b.params),
            (say(lang, "buffers"), a.buffers, b.buffers),
            (say(lang, "MACs"), a.macs, b.macs),
            (say(lang, "training MACs"), a.training_macs, b.training_macs),
            (say(lang, "element-wise"), a.elementwise, b.elementwise),
            (say(lang, "bytes of weights"), a.param_bytes, b.param_bytes),
            (say(lang, "bytes of activations"), a.activation_bytes, b.activation_bytes),
            (say(lang, "bytes kept for backward"), a.saved_bytes, b.saved_bytes),
        ]
        return [("", say(lang, "before"), say(lang, "after")), *((name, grouped(x), grouped(y)) for name, x, y in rows)]

    def _fields(self, lang: str) -> str:
        """What one output sees; the same for most rewrites."""
        before, after = (field_words(s.receptive_fields[s.graph.outputs[0].node], lang) for s in self.summaries)
        if before != after:
            before = say(lang, "{before}; after: {after}", before=before, after=after)
        return said(lang, say(lang, "receptive field"), before)

    def _proof(self, lang: str) -> list[str]:
        proof = self.proof
        if proof.largest <= NOTHING * proof.scale:
            shown = say(lang, "less than {part} of the largest value", part=f"{NOTHING:g}")
        else:
            shown = say(lang, "{difference}, the largest value being {value}", difference=f"{proof.largest:.3g}",
                       value=f"{proof.scale:.3g}")  # fmt: skip
        lines = [say(lang, "Both run on random input in float64, the largest difference is {difference}.", difference=shown)]
        if not proof.equal:
            lines.append(say(lang, "{differing} of {values} values differ.", differing=grouped(proof.differing),
                             values=grouped(proof.values)))  # fmt: skip
        if proof.margin:
            lines.append(
                counted(lang, "All values that are {count} pixel or more from the border are the same.",
                        "All values that are {count} pixels or more from the border are the same.", proof.margin)
            )  # fmt: skip
        return lines

    def to_dict(self) -> dict[str, Any]:
        """The record of ``rewrite --json``, schema ``convlens/rewrite/1``."""
        proof = self.proof
        return {
            "schema": "convlens/rewrite/1",
            "rewrite": self.name,
            "model": self.before.name,
            "places": _places(self.rule, self.before),
            "notes": [note.text() for note in self.notes],
            "before": _record(self.summaries[0]),
            "after": _record(self.summaries[1]),
            "largest_difference": proof.largest,
            "largest_value": proof.scale,
            "differing": proof.differing,
            "values": proof.values,
            "margin": proof.margin,
            "text": text.format(self.after) + "\n",
        }

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Rewriting {self.name} of {self.before.name!r}: largest difference {self.proof.largest:.3g}>"


class Choices:
    """The rewrites, and for a network where each of them applies."""

    def __init__(self, graph: Graph | None) -> None:
        self.graph: Graph | None = graph

    def text(self, lang: str = "en") -> str:
        indent = max(map(len, table.names())) + 2
        lines = [name.ljust(indent) + self._said(name, lang) for name in table.names()]
        return "\n".join(lines) + "\n"

    def _said(self, name: str, lang: str) -> str:
        rule = table.rule(name)
        if self.graph is None:
            return say(lang, rule.TITLE)
        places = rule.applies(self.graph)
        return counted(lang, "possible at {done} of {count} place", "possible at {done} of {count} places", len(places),
                       done=len(possible(places)))  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """The record of ``rewrite --json`` without a name."""
        return {
            "schema": "convlens/rewrite/1",
            "model": self.graph.name if self.graph else None,
            "rewrites": [
                {"name": name, "title": table.rule(name).TITLE}
                | ({"places": _places(table.rule(name), self.graph)} if self.graph else {})
                for name in table.names()
            ],
        }

    def __str__(self) -> str:
        return self.text()


def _places(rule: Any, graph: Graph) -> list[dict[str, str]]:
    return [{"node": place.node, "why_not": place.why_not.text() if place.why_not else ""} for place in rule.applies(graph)]


def _record(summary: Summary) -> dict[str, Any]:
    outputs = [summary.facts.nodes[ref.node].outputs[ref.port].dims for ref in summary.graph.outputs]
    field = summary.receptive_fields[summary.graph.outputs[0].node]
    return {**summary.totals._asdict(), "outputs": [list(dims) for dims in outputs], "receptive_field": field_record(field)}
