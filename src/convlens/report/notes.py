"""What stands above and below the table of a summary: the input, the totals, what is unknown, what is wrong."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from convlens.arith.units import grouped, memory, short
from convlens.ir.graph import Ref
from convlens.ir.label import label
from convlens.lang.messages import counted, listed, say
from convlens.linting.forms.text import SHOWN, one_line
from convlens.linting.rules.shapes_do_not_fit import ShapesDoNotFit
from convlens.report.field import field_words
from convlens.report.layout import shown
from convlens.report.record import output_spec
from convlens.report.words import layers

if TYPE_CHECKING:
    from convlens.report.summary import Summary

Note = tuple[str, str]


def heading(report: "Summary") -> str:
    """The network and what goes in."""
    inputs = ", ".join(f"{item.name} {shown((item.spec,), report.graph.layout)}" for item in report.graph.inputs)
    return f"{report.graph.name}: {inputs}" if inputs else report.graph.name


def notes(report: "Summary", lang: str = "en") -> list[Note]:
    """Exact totals, each with a rounded number behind it, then the outputs and what is unknown."""
    t = report.totals
    frozen = t.params - t.trainable_params
    unused = t.params - sum(f.params for f in report.facts.nodes.values())
    found = [
        (say(lang, "parameters"), exactly(t.params) + ("" if frozen else say(lang, ", all trainable"))),
        *([(say(lang, "trainable"), exactly(t.trainable_params)), (say(lang, "frozen"), exactly(frozen))] if frozen else []),
        *([(say(lang, "unused"), say(lang, "{count} of them in no layer", count=exactly(unused)))] if unused else []),
        *([(say(lang, "buffers"), exactly(t.buffers))] if t.buffers else []),
        (say(lang, "MACs"), _at_least(report, exactly(t.macs), lang)),
        (say(lang, "element-wise"), _at_least(report, _operations(t.elementwise, lang), lang)),
        (say(lang, "weights"), in_bytes(t.param_bytes, lang)),
        (say(lang, "activations"), in_bytes(t.activation_bytes, lang)),
        (say(lang, "peak"), _peak(report, lang)),
        (say(lang, "training"), _training(report, lang)),
    ]
    if report.facts.broken is None:
        outputs = [(say(lang, "output"), _output(report, ref, lang)) for ref in report.graph.outputs]
        return [*found, *outputs, *_unknowns(report, lang), *_faults(report, lang)]
    end = say(lang, "{node}; the totals end before it", node=report.facts.broken.name)
    return [*found, *_unknowns(report, lang), *_faults(report, lang), (say(lang, "breaks at"), end)]


def _faults(report: "Summary", lang: str) -> list[Note]:
    """Errors and warnings in one line each; that the network breaks is said by the error itself."""
    found = [each for each in report.findings if each.severity != "info" and each.code != ShapesDoNotFit.code]
    lines = [(say(lang, SHOWN[each.severity]), one_line(each, lang)) for each in found[:MOST_FAULTS]]
    rest = len(found) - len(lines)
    more = counted(lang, "and {count} other", "and {count} others", rest)
    return [*lines, (say(lang, SHOWN["warn"]), more)] if rest else lines


def exactly(count: int) -> str:
    """
    >>> exactly(46764746), exactly(12)
    ('46,764,746 (46.8 M)', '12')
    """
    return f"{grouped(count)} ({short(count)})" if count >= 1000 else grouped(count)


def in_bytes(size: int, lang: str) -> str:
    """
    >>> in_bytes(2048, "en"), in_bytes(1, "en"), in_bytes(1, "zh")
    ('2,048 bytes (2.00 KiB)', '1 byte', '1 字节')
    """
    text = counted(lang, "{number} byte", "{number} bytes", size, number=grouped(size))
    return f"{text} ({memory(size)})" if size >= 1024 else text


def _operations(count: int, lang: str) -> str:
    return counted(lang, "{number} operation", "{number} operations", count, number=exactly(count))


def _at_least(report: "Summary", number: str, lang: str) -> str:
    return say(lang, "at least {number}", number=number) if report.unknown else number


def _training(report: "Summary", lang: str) -> str:
    macs = _at_least(report, exactly(report.totals.training_macs), lang)
    return say(lang, "{macs} MACs, keeps {size}", macs=macs, size=in_bytes(report.totals.saved_bytes, lang))


def _peak(report: "Summary", lang: str) -> str:
    size, node = in_bytes(report.totals.peak_activation_bytes, lang), report.activations.peak_node
    return say(lang, "{size} at {node}", size=size, node=node) if node else size


def _output(report: "Summary", ref: Ref, lang: str) -> str:
    text = f"{ref} {shown((output_spec(report, ref),), report.graph.layout)}"
    field = report.receptive_fields.get(ref.node)
    if field is not None:
        return say(lang, "{output}, sees {field}", output=text, field=field_words(field, lang, through=True))
    return say(lang, "{output}, receptive field unknown", output=text) if ref.node in report.lost_fields else text


def _unknowns(report: "Summary", lang: str) -> list[Note]:
    """Costs that cannot be told, by call, and receptive fields, by where they are lost."""
    by_call = _grouped((_call(report, name), name) for name in report.unknown)
    costs = [f"{call}{_times(names)}: {_some(names, lang)}" for call, names in by_call.items()]
    by_place = _grouped((place, name) for name, place in report.lost_fields.items())
    fields = [_lost(place, _call(report, place), layers(lang, len(names)), lang) for place, names in by_place.items()]
    return [
        *((say(lang, "unknown cost"), text) for text in _first(costs, lang)),
        *((say(lang, "unknown field"), text) for text in _first(fields, lang)),
    ]


def _lost(place: str, call: str, count: str, lang: str) -> str:
    return say(lang, "lost at {place} ({call}), for {layers}", place=place, call=call, layers=count)


def _call(report: "Summary", name: str) -> str:
    known = report.facts.nodes.get(name)
    return label(report.graph[name].op, known.inputs if known else (), report.graph.dialect)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for key, name in pairs:
        groups.setdefault(key, []).append(name)
    return groups


def _times(names: list[str]) -> str:
    return f" x {len(names)}" if len(names) > 1 else ""


def _some(names: list[str], lang: str) -> str:
    more = [say(lang, "and {count} more", count=len(names) - MOST)] if len(names) > MOST else []
    return listed(lang, names[:MOST] + more)


def _first(lines: list[str], lang: str) -> list[str]:
    rest = len(lines) - MOST
    return lines[:MOST] + ([counted(lang, "and {count} other", "and {count} others", rest)] if rest > 0 else [])


MOST_FAULTS = 10
"""So many are said; `convlens lint` has all of them, with their fixes."""

MOST = 4
"""So many names are said; the record has all of them."""
