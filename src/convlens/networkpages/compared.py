"""What is not the same in a second network, for the page."""

from typing import TYPE_CHECKING, Any

from convlens.diffs.change import Change
from convlens.diffs.comparison import Comparison
from convlens.diffs.words import becomes, figure_words, total_rows
from convlens.lang.messages import listed, said
from convlens.lang.printable import printable
from convlens.networkpages.cards import LANGUAGES
from convlens.networkpages.record import finding_record, strip_side
from convlens.report.strip.blocks import reported

if TYPE_CHECKING:
    from convlens.report.summary import Summary

MOST = 300
"""So many changed layers are written out; the strips mark all of them."""


def comparison_record(old: "Summary", new: "Summary") -> dict[str, Any]:
    """The second network's strip; of each of its layers its pair and whether it was added or changed; the totals of both."""
    found = Comparison(old, new)
    before = {node.name: at for at, node in enumerate(reported(old))}
    after = {node.name: at for at, node in enumerate(reported(new))}
    pairs = {before[a]: after[b] for a, b in found.pairs.items() if a in before and b in after}
    changed = {before[one.old]: after[one.new] for one in found.changed if one.old in before and one.new in after}
    return {
        **strip_side(new),
        "pairs": [[a, b] for a, b in pairs.items()],
        "changed": [[a, b] for a, b in changed.items()],
        "removed": [before[node.name] for node in found.removed if node.name in before],
        "added": [after[node.name] for node in found.added if node.name in after],
        "totals": {lang: [list(row) for row in total_rows(found, lang)] for lang in LANGUAGES},
        "changes": [_change(one, before, lang_texts(one)) for one in found.changed[:MOST] if one.old in before],
        "new": [finding_record(one, new) for one in found.findings.new],
        "gone": [finding_record(one, old) for one in found.findings.gone],
        "same": found.same,
    }


def _change(one: Change, before: dict[str, int], words: dict[str, str]) -> dict[str, Any]:
    return {"at": before[one.old], "name": printable(one.new), "edited": one.edited, "words": words}


def lang_texts(one: Change) -> dict[str, str]:
    """Settings and figures of a changed layer, before and after."""
    settings = [(name, becomes((a or "-", b or "-"))) for name, (a, b) in one.settings.items()]
    return {
        lang: printable(listed(lang, [*(said(lang, name, text) for name, text in settings), *_figures(one, lang)]))
        for lang in LANGUAGES
    }


def _figures(one: Change, lang: str) -> list[str]:
    words = figure_words(one, lang)
    return [words] if words else []
