"""Three sentences about a network that a person could read aloud."""

from typing import TYPE_CHECKING

from convlens.arith.units import memory, short
from convlens.ir.graph import Node
from convlens.lang.messages import counted, listed, say, spaced
from convlens.networkpages.depth import depth
from convlens.passes.receptive_field import ReceptiveField
from convlens.report.cells import percent
from convlens.report.layout import shown
from convlens.report.record import output_spec
from convlens.report.strip.measure import fitted
from convlens.report.strip.ribbon import field_size

if TYPE_CHECKING:
    from convlens.report.summary import Summary


def spoken(report: "Summary", lang: str) -> list[str]:
    """What goes in and comes out; what it costs and where; what it sees. Nothing that is not known is said."""
    found = [_shape(report, lang), _cost(report, lang), _sight(report, lang)]
    return [spaced(text) if lang == "zh" else text for text in found]


def _shape(report: "Summary", lang: str) -> str:
    given = listed(lang, [shown((item.spec,), report.graph.layout) for item in report.graph.inputs])
    name, count = _short(report.graph.name), len(report.facts.nodes)
    if report.facts.broken is not None:
        at = _short(report.facts.broken.name)
        return say(lang, "{name} takes {given}, but its shapes do not fit at {node}: what follows counts what comes before.",
                   name=name, given=given, node=at)  # fmt: skip
    made = listed(lang, [shown((output_spec(report, ref),), report.graph.layout) for ref in report.graph.outputs[:3]])
    return counted(
        lang,
        "{name} turns {given} into {made} in {count} layer; the longest way through it has {depth} layers with weights.",
        "{name} turns {given} into {made} in {count} layers; the longest way through it has {depth} layers with weights.",
        count, name=name, made=made, given=given, depth=depth(report),
    )  # fmt: skip


def _cost(report: "Summary", lang: str) -> str:
    t = report.totals
    text = say(lang, "It has {params} parameters and takes {macs} multiply-accumulates and {memory} of activations for that "
               "input", params=short(t.params), macs=short(t.macs), memory=memory(t.activation_bytes))  # fmt: skip
    most = _most(report, "params", t.params), _most(report, "macs", t.macs)
    if None in most or not t.params or not t.macs:
        return say(lang, "{text}.", text=text)
    (a, a_share), (b, b_share) = (_named(one) for one in most if one)
    return say(lang, "{text}: the layer with most parameters, {a}, holds {a_share} % of them, and {b} takes {b_share} % of the "
               "multiply-accumulates.", text=text, a=a, a_share=a_share, b=b, b_share=b_share)  # fmt: skip


def _most(report: "Summary", what: str, total: int) -> tuple[Node, str] | None:
    known = report.facts.nodes
    best = max(
        (node for node in report.graph if node.name in known), key=lambda n: getattr(known[n.name], what) or 0, default=None
    )
    return None if best is None else (best, percent(getattr(known[best.name], what) or 0, total))


def _named(found: tuple[Node, str]) -> tuple[str, str]:
    return _short(found[0].name), found[1]


def _sight(report: "Summary", lang: str) -> str:
    seen = [(node, field) for node in report.graph if (field := report.receptive_fields.get(node.name)) is not None]
    local = [(node, field) for node, field in seen if not any(axis.whole for axis in field.axes)]
    through = _whole(seen)
    if not seen:
        return say(lang, "A receptive field is not given: its input is no picture, or it cannot be told.")
    if not local:
        return say(lang, "Every layer sees the whole input, from {node} on.", node=_short(through))
    node, field = max(local, key=lambda pair: field_size(pair[1]) or 0)
    text = say(lang, "Its widest window, at {node}, is {size} pixels wide, on an input of {input}",
               node=_short(node.name), size=field_size(field), input=_space(report, field))  # fmt: skip
    if not through:
        return say(lang, "{text}.", text=text)
    return say(lang, "{text}; behind {through} every value sees the whole input.", text=text, through=_short(through))


def _whole(seen: list[tuple[Node, ReceptiveField]]) -> str:
    return next((axis.whole for _, field in seen for axis in field.axes if axis.whole), "")


def _space(report: "Summary", field: ReceptiveField) -> str:
    dims = next(item.spec.dims for item in report.graph.inputs if item.name == field.input)
    return "x".join(map(str, dims[2:]))


def _short(name: str) -> str:
    return fitted(name, 12, 400)
