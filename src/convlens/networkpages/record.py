"""Everything that the page shows, as one JSON value."""

from typing import TYPE_CHECKING, Any

from convlens.ir.graph import Node, Ref
from convlens.ir.label import label
from convlens.ir.spec import TensorSpec
from convlens.lang.printable import printable
from convlens.linting.finding import Finding
from convlens.networkpages.cards import LANGUAGES, Cards
from convlens.networkpages.fields import Fields
from convlens.networkpages.spoken import spoken
from convlens.networkpages.strips import strip_record
from convlens.report.layout import shown
from convlens.report.notes import notes
from convlens.report.strip.blocks import reported
from convlens.report.strip.kinds import KINDS, UNKNOWN, hatched, kind_of
from convlens.report.strip.ribbon import WORDS, layer_costs, sees_whole

if TYPE_CHECKING:
    from convlens.report.summary import Summary

EXACT = 2**53
"""JavaScript's numbers are exact up to here; a larger one is written as text."""


def network_record(report: "Summary", lang: str) -> dict[str, Any]:
    """Schema ``convlens/page/1``: what the page is made of. A record for other programs is `Summary.to_dict`."""
    cards, fields = Cards(report), Fields(report)
    record = strip_side(report, cards, fields)
    return {
        "schema": "convlens/page/1",
        "lang": lang,
        **record,
        "inputs": [
            {"name": printable(item.name), "shape": shown((item.spec,), report.graph.layout), "space": list(item.spec.dims[2:])}
            for item in report.graph.inputs
        ],
        "notes": {lang: notes(report, lang) for lang in LANGUAGES},
        "spoken": {lang: spoken(report, lang) for lang in LANGUAGES},
        "error": "" if report.facts.error is None else printable(str(report.facts.error), "\n"),
        "cards": cards.records,
        "fields": fields.records,
        "findings": [finding_record(finding, report) for finding in report.findings],
        "kinds": {kind.key: [kind.letter, kind.colour] for kind in KINDS},
    }


def strip_side(report: "Summary", cards: Cards | None = None, fields: Fields | None = None) -> dict[str, Any]:
    """The network's layers and its strip; a network to compare with has no cards."""
    nodes = reported(report)
    place = {node.name: at for at, node in enumerate(nodes)}
    return {
        "model": printable(report.graph.name),
        "layers": [_layer(report, node, place, cards, fields) for node in nodes],
        "strip": strip_record(report),
    }


def _layer(report: "Summary", node: Node, place: dict[str, int], cards: Cards | None, fields: Fields | None) -> dict[str, Any]:
    known = report.facts.nodes.get(node.name)
    ins, outs = (known.inputs, known.outputs) if known else ((), ())
    found: dict[str, Any] = {
        "name": printable(node.name),
        "kind": (kind_of(node.op) if known else UNKNOWN).key,
        "label": printable(label(node.op, ins, report.graph.dialect)),
        "from": _sources(node.inputs, place),
        "in": _shapes(ins, report.graph.layout),
        "out": _shapes(outs, report.graph.layout),
        **{name: _number(value) for name, value in layer_costs(report, node).items() if name in WORDS},
    }
    rest = {
        "hatched": hatched(node.op) or None,
        "whole": sees_whole(report, node) or None,
        "lost": place[report.lost_fields[node.name]] if node.name in report.lost_fields else None,
        "card": cards.number(node) if cards else None,
        "seen": fields.number(node) if fields else None,
        # A page reads the axes of an output off its shape where that is written in their order.
        "dims": list(outs[0].dims) if outs and report.graph.layout != "NC*" else None,
    }
    if _same_as_before(report, node, ins):
        del found["in"]
    return {**found, **{key: value for key, value in rest.items() if value is not None}}


def _same_as_before(report: "Summary", node: Node, ins: tuple[TensorSpec, ...]) -> bool:
    """Is its input the only output of the one layer that it reads? Then the page knows it from there."""
    before = report.facts.nodes.get(node.inputs[0].node) if len(node.inputs) == 1 else None
    return before is not None and before.outputs == ins


def _shapes(specs: tuple[TensorSpec, ...], layout: str) -> str:
    return shown(specs[:3], layout) + (", …" if len(specs) > 3 else "")


def _sources(refs: tuple[Ref, ...], place: dict[str, int]) -> list[int]:
    """The layers that are read; inputs of the network are left out."""
    return list(dict.fromkeys(place[ref.node] for ref in refs if ref.node in place))


def _number(value: int | None) -> int | str | None:
    return str(value) if value is not None and abs(value) > EXACT else value


def finding_record(finding: Finding, report: "Summary") -> dict[str, Any]:
    """A finding of ``convlens lint``, its words in both languages; ``at`` are the places of its layers."""
    place = {node.name: at for at, node in enumerate(report.graph)}
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "at": [place[node] for node in finding.nodes if node in place],
        "words": {lang: printable(finding.message.text(lang)) for lang in LANGUAGES},
        "fixes": {lang: [printable(fix.words.text(lang)) for fix in finding.fixes] for lang in LANGUAGES},
    }
