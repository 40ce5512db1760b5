"""A comparison for people."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from convlens.diffs.blocks import Block, blocks
from convlens.diffs.change import Change
from convlens.diffs.words import ARROW, block_costs, block_label, figure_words, total_rows
from convlens.lang.layout import aligned, wrapped
from convlens.lang.messages import counted, listed, said, say
from convlens.linting.finding import Finding
from convlens.linting.forms.text import SHOWN
from convlens.linting.lint import BROKEN
from convlens.report.notes import heading
from convlens.report.summary import Summary

if TYPE_CHECKING:
    from convlens.diffs.comparison import Comparison

Line = tuple[str, str]
NAMED = 6
"""So many renamed or following layers are named in one line."""

INDENT = " " * 4


def lines(found: "Comparison", width: int, lang: str, *, errors: bool = True) -> Iterator[Line]:
    """What was taken out, put in and edited, what follows from it, the totals, and the findings that come and go.

    Behind it stands why a network breaks, unless these ``errors`` are told elsewhere.
    """
    yield "title", f"{heading(found.old)}{ARROW}{heading(found.new)}"
    if found.same:
        yield from (("", ""), ("text", say(lang, "No layer and no figure differs.")))
    yield from _layers(found, width, lang)
    yield from _in_short(found, width, lang)
    yield "", ""
    yield from (("text", line) for line in aligned(total_rows(found, lang)))
    yield from _findings(found, width, lang)
    for error in found.errors if errors else ():
        yield from (("", ""), *(("removed", line) for line in error.text(lang).split("\n")))


def _layers(found: "Comparison", width: int, lang: str) -> Iterator[Line]:
    edited = [change for change in found.changed if change.edited]
    if found.removed or found.added or edited:
        yield "", ""
    yield from (("removed", f"- {_whole(found.old, block, lang)}") for block in blocks(found.old.graph, found.removed))
    yield from (("added", f"+ {_whole(found.new, block, lang)}") for block in blocks(found.new.graph, found.added))
    for change in edited:
        yield from _edited(change, width, lang)


def _whole(summary: Summary, block: Block, lang: str) -> str:
    """A layer with its call, or a module with how many layers it has, and what it costs."""
    return "  ".join([block.path, block_label(summary, block, lang), block_costs(summary, block, lang)]).rstrip()


def _edited(change: Change, width: int, lang: str) -> Iterator[Line]:
    name = f"{change.old}{ARROW}{change.new}" if change.renamed else change.new
    yield "changed", f"~ {name}  {change.labels[0]}"
    yield "changed", f"{INDENT}{ARROW.strip()} {change.labels[1]}"
    if change.figures:
        yield from (("text", INDENT + line) for line in wrapped(figure_words(change, lang), width - len(INDENT)))


def _in_short(found: "Comparison", width: int, lang: str) -> Iterator[Line]:
    """Layers that nobody edited: renamed ones, and those whose figures follow from what reaches them."""
    renamed = [f"{change.old}{ARROW}{change.new}" for change in found.renamed if not change.edited]
    following = [f"{change.new} ({_first(change, lang)})" for change in found.changed if not change.edited]
    names = counted(lang, "{count} layer has another name", "{count} layers have another name", len(renamed))
    figures = counted(
        lang, "{count} layer changes by what reaches it", "{count} layers change by what reaches them", len(following)
    )
    for what, which in ((names, renamed), (figures, following)):
        if which:
            yield "", ""
            yield from (("text", line) for line in wrapped(said(lang, what, _some(which, lang)), width))


def _first(change: Change, lang: str) -> str:
    """The first figure that moved."""
    return figure_words(change._replace(figures=dict([next(iter(change.figures.items()))])), lang)


def _some(names: list[str], lang: str) -> str:
    more = len(names) - NAMED
    shown = listed(lang, names[:NAMED])
    return say(lang, "{nodes} and {count} more", nodes=shown, count=more) if more > 0 else shown


def _findings(found: "Comparison", width: int, lang: str) -> Iterator[Line]:
    new, gone = ([f for f in each if f.severity != "info" and f.code != BROKEN] for each in found.findings)
    if new or gone:
        yield "", ""
    for kind, mark, findings in (("removed", "-", gone), ("added", "+", new)):
        for finding in findings:
            yield from ((kind, line) for line in wrapped(f"{mark} {_said(finding, lang)}", width))


def _said(finding: Finding, lang: str) -> str:
    where = listed(lang, list(finding.nodes[:NAMED]))
    return said(lang, f"{say(lang, SHOWN[finding.severity])} {finding.code} {where}".rstrip(), finding.message.text(lang))
