"""The card of a layer: its formulas with its own numbers. Layers that are alike share one."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from convlens.ir.errors import ConvlensError
from convlens.ir.graph import Graph, Input, Node, Ref
from convlens.networkpages.trial import trial
from convlens.networkpages.windows import window_record
from convlens.passes.facts import NodeFacts
from convlens.report.layer import LayerReport
from convlens.report.layer_text import formula, sections

if TYPE_CHECKING:
    from convlens.report.summary import Summary

LANGUAGES = ("en", "zh")


class Cards:
    """The distinct cards of a network; `number` is the place of a layer's own in ``records``."""

    def __init__(self, report: "Summary") -> None:
        self.report = report
        self.records: list[dict[str, Any]] = []
        self._numbers: dict[Any, int] = {}

    def number(self, node: Node) -> int | None:
        """None where nothing can be said: the layer at which the shapes break, or a call that is not known."""
        known = self.report.facts.nodes.get(node.name)
        if known is None or node.op.name == "opaque":
            return None
        key = (node.op, known.inputs)
        if key not in self._numbers:
            self._numbers[key] = len(self.records)
            self.records.append(card(self.report.graph, node, known))
        return self._numbers[key]


def card(graph: Graph, node: Node, known: NodeFacts) -> dict[str, Any]:
    """``formulas`` and ``unread`` as lines in both languages, the words of `convlens.layer`; ``window`` and ``trial``."""
    inputs = tuple(Input(f"x{at}" if at else "x", spec) for at, spec in enumerate(known.inputs))
    alone = replace(node, inputs=tuple(Ref(item.name) for item in inputs), ties=(), frozen=(), name="layer", module="")
    single = Graph("layer", inputs, (alone,), (Ref("layer"),), graph.layout, graph.dialect)
    rest = {"window": window_record(node, known), "trial": trial(graph, node, known.inputs[0]) if known.inputs else None}
    small = {key: value for key, value in rest.items() if value is not None}
    try:
        found = LayerReport("", single)
        return {
            "formulas": {lang: formula(found, lang) for lang in LANGUAGES},
            "unread": {lang: [line for part in sections(found, lang) for line in part.unread] for lang in LANGUAGES},
            **small,
        }
    except ConvlensError:
        return {"formulas": dict.fromkeys(LANGUAGES, ""), "unread": {key: [] for key in LANGUAGES}, **small}
