"""The report of a network for other programs."""

from datetime import date
from typing import TYPE_CHECKING, Any

from convlens.diffs.comparison import Comparison
from convlens.ir.record import as_json
from convlens.networkpages.cards import LANGUAGES, Cards
from convlens.networkpages.depth import depth
from convlens.networkpages.origin import origin
from convlens.networkpages.spoken import spoken
from convlens.report.collector import paused
from convlens.report.strip.kinds import kind_of
from convlens.report.strip.ribbon import layer_costs

if TYPE_CHECKING:
    from convlens.report.summary import Summary


@paused()
def network_json(report: "Summary", compare: "Summary | None" = None, command: str = "", made: date | None = None) -> str:
    """Schema ``convlens/report/1`` as text: what the page holds, with the records of ``summary``, ``lint`` and ``diff``.

    >>> from convlens.report.summary import summary
    >>> '"schema": "convlens/report/1"' in network_json(summary("lenet5"))
    True
    """
    return as_json(
        {
            "schema": "convlens/report/1",
            "model": report.graph.name,
            **origin(command, made),
            "depth": depth(report),
            "words": {lang: spoken(report, lang) for lang in LANGUAGES},
            "summary": report.to_dict(),
            "layers": _layers(report),
            "findings": [finding.to_dict() for finding in report.findings],
            "compare": Comparison(report, compare).to_dict() if compare is not None else None,
        }
    )


def _layers(report: "Summary") -> list[dict[str, Any]]:
    """What a card says of each layer that is known, in the order of the summary."""
    cards = Cards(report)
    return [
        {"name": node.name, "kind": kind_of(node.op).key, "memory": layer_costs(report, node)["memory"], **_card(cards, node)}
        for node in report.graph
        if node.name in report.facts.nodes
    ]


def _card(cards: Cards, node: Any) -> dict[str, Any]:
    number = cards.number(node)
    card = cards.records[number] if number is not None else {"formulas": dict.fromkeys(LANGUAGES, ""), "unread": {}}
    return {"formulas": card["formulas"], "unread": card["unread"]}
