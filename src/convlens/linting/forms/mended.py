"""What a repair did: each finding and its fix, the costs before and after, and what is left."""

from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING, Any

from convlens.arith.units import grouped
from convlens.ir import text
from convlens.lang.layout import aligned, wrapped
from convlens.lang.messages import say
from convlens.lang.printable import printable
from convlens.linting.forms.text import INDENT, Line, place
from convlens.linting.forms.text import lines as report_lines
from convlens.linting.network import Network
from convlens.linting.repair import is_meant
from convlens.passes.liveness import activations

if TYPE_CHECKING:
    from convlens.linting.repair import Repair


def lines(repair: "Repair", width: int, lang: str, everything: bool) -> Iterator[Line]:
    """Each line with its kind, as those of a report; first what was mended, then the report on the network as it is now."""
    head, *rest = report_lines(repair.after, width, lang, everything)
    yield head
    for finding, fix in repair.mended:
        where = f"{finding.code} {finding.name}  {place(finding, lang)}".rstrip()
        yield "", ""
        yield "mended", printable(say(lang, "mended {finding}", finding=where))
        yield from (("fix", INDENT + printable(line)) for line in wrapped(fix.words.text(lang), width - len(INDENT)))
    yield "", ""
    if repair.mended:
        yield from (("text", line) for line in aligned([*_table(repair, lang)]))
    elif any(is_meant(repair.before, finding) for finding in repair.before.findings):
        yield "text", say(lang, "nothing is mended: no finding has a fix that works")
    else:
        yield "text", say(lang, "nothing had to be mended")
    yield from rest


def record(repair: "Repair") -> dict[str, Any]:
    """The record of ``lint --fix --json``, schema ``convlens/repair/1``; ``text`` is the mended network."""
    return {
        "schema": "convlens/repair/1",
        "model": repair.graph.name,
        "mended": [{**done.finding.to_dict(), "fix": done.fix.words.text()} for done in repair.mended],
        "before": costs(repair.before.net),
        "after": costs(repair.after.net),
        "left": repair.after.to_dict(),
        "text": text.format(repair.graph),
    }


def costs(net: Network) -> dict[str, int | None]:
    """What the network costs; None for each where its shapes break, because the sums would end there."""
    found = net.facts.nodes.values()
    unused = sum(prod(extra.shape) for extra in net.graph.extras if extra.kind == "param")
    memory = activations(net.graph, net.facts)
    sums = {
        "params": sum(facts.params for facts in found) + unused,
        "macs": sum(facts.macs or 0 for facts in found),
        "activation_bytes": memory.total_bytes,
        "peak_activation_bytes": memory.peak_bytes,
    }
    return dict.fromkeys(sums) if net.facts.broken is not None else {**sums}


def _table(repair: "Repair", lang: str) -> Iterator[tuple[str, str, str]]:
    before, after = costs(repair.before.net), costs(repair.after.net)
    names = {
        "params": say(lang, "parameters"),
        "macs": say(lang, "MACs"),
        "activation_bytes": say(lang, "bytes of activations"),
        "peak_activation_bytes": say(lang, "peak bytes of activations"),
    }
    yield "", say(lang, "before"), say(lang, "after")
    yield from ((name, _shown(before[key]), _shown(after[key])) for key, name in names.items())


def _shown(number: int | None) -> str:
    return "-" if number is None else grouped(number)
