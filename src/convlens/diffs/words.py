"""Figures of two networks in words."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from convlens.arith.units import grouped
from convlens.diffs.blocks import Block
from convlens.diffs.change import ABSENT, Change, figures, shown_labels
from convlens.ir.spec import show_shape
from convlens.lang.messages import counted, listed, marked, said, say
from convlens.report.summary import Summary

if TYPE_CHECKING:
    from convlens.diffs.comparison import Comparison

FIGURES = {
    "outputs": marked("output"),
    "params": marked("parameters"),
    "macs": marked("MACs"),
    "saved_bytes": marked("bytes kept for backward"),
    "receptive_field": marked("receptive field"),
}
TOTALS = {
    "params": marked("parameters"),
    "trainable_params": marked("trainable"),
    "buffers": marked("buffers"),
    "macs": marked("MACs"),
    "elementwise": marked("element-wise"),
    "param_bytes": marked("bytes of weights"),
    "activation_bytes": marked("bytes of activations"),
    "peak_activation_bytes": marked("peak bytes of activations"),
    "training_macs": marked("training MACs"),
    "saved_bytes": marked("bytes kept for backward"),
}
ARROW = " -> "


def becomes(both: tuple[Any, Any]) -> str:
    """
    >>> becomes((1000, 2000)), becomes(([[1, 3, 8, 8]], [[1, 3, 4, 4]]))
    ('1,000 -> 2,000', '1x3x8x8 -> 1x3x4x4')
    """
    return ARROW.join(_shown(value) for value in both)


def _shown(value: Any) -> str:
    if value is None:
        return "?"
    if isinstance(value, list):
        nested = value and isinstance(value[0], list)
        return ", ".join(show_shape(tuple(dims)) for dims in value) if nested else show_shape(tuple(value))
    return grouped(value) if isinstance(value, int) else str(value)


def figure_words(change: Change, lang: str) -> str:
    """Every figure of a layer that changed.

    >>> figure_words(Change("c", "c", ("conv", "conv"), ("", ""), {}, {"params": (10, 20)}), "en")
    'parameters: 10 -> 20'
    """
    return listed(lang, [said(lang, say(lang, FIGURES[name]), becomes(both)) for name, both in change.figures.items()])


def block_label(summary: Summary, block: Block, lang: str) -> str:
    """A layer as its framework writes it; of a module how many layers it has."""
    if len(block.nodes) == 1:
        return shown_labels(summary, block.nodes[0])
    return counted(lang, "{count} layer", "{count} layers", len(block.nodes))


def block_costs(summary: Summary, block: Block, lang: str) -> str:
    """Parameters and MACs of all layers of a block, as far as they are known and not zero."""
    each = [figures(summary, node) for node in block.nodes]
    counts = [(name, sum(costs.get(name) or 0 for costs in each)) for name in ("params", "macs")]
    return listed(lang, [said(lang, say(lang, FIGURES[name]), grouped(count)) for name, count in counts if count])


def total_rows(found: "Comparison", lang: str) -> list[tuple[str, str, str, str]]:
    """A row for every total that counts something, the change behind it; none is told of totals that are not whole."""
    old, new = _heads(found, lang)
    rows = [("", old, new, say(lang, "change"))]
    for name, both in found.totals.items():
        if any(both):
            whole = found.is_whole(name)
            before, after = (_total(count, sure, lang) for count, sure in zip(both, whole, strict=True))
            rows.append((say(lang, TOTALS[name]), before, after, step(*both) if all(whole) else ABSENT))
    return rows


def _heads(found: "Comparison", lang: str) -> Iterator[str]:
    for what, end in zip((say(lang, "old"), say(lang, "new")), found.up_to, strict=True):
        yield what if end is None else say(lang, "{what}, up to {node}", what=what, node=end)


def _total(count: int, sure: bool, lang: str) -> str:
    return grouped(count) if sure else say(lang, "at least {number}", number=grouped(count))


def step(before: int, after: int) -> str:
    """
    >>> step(100, 150), step(3, 2), step(0, 5), step(7, 7)
    ('+50 (+50.0 %)', '-1 (-33.3 %)', '+5', '')
    """
    if before == after:
        return ""
    share = f" ({100 * (after - before) / before:+.1f} %)" if before else ""
    return f"{after - before:+,}{share}"
