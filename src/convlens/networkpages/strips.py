"""The blocks of a network for a page: how large each is, what stands under it, and which are shown at first."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from convlens.ir.graph import Node
from convlens.lang.printable import printable
from convlens.report.strip.blocks import block, likeness, reported
from convlens.report.strip.fold import Item, forest, shown

if TYPE_CHECKING:
    from convlens.report.summary import Summary


ITEM = ("parent", "first", "stop", "times", "main", "width", "height", "column", "name", "shape", "what", "key")
"""What the entries of an item's list are. ``key`` is the whole name, empty where ``name`` is that."""


def strip_record(report: "Summary") -> dict[str, Any]:
    """``items`` in the order of a walk from above, each with its children behind it; ``open`` those that are opened."""
    nodes, items = reported(report), forest(likeness(report))
    walked: list[list[Any]] = []
    for item in items:
        _walk(report, nodes, item, -1, walked)
    visible = {(item.first, item.stop, item.name) for item in shown(items)}
    return {"keys": ITEM, "items": walked, "open": sorted(_opened(items, visible))}


def _walk(report: "Summary", nodes: Sequence[Node], item: Item, parent: int, walked: list[list[Any]]) -> None:
    here, drawn = len(walked), block(report, nodes, item)
    key = printable(item.name)
    walked.append([
        parent, item.first, item.stop, item.times, drawn.main, drawn.width, drawn.height, drawn.column,
        drawn.name, drawn.shape, drawn.what, "" if key == drawn.name else key,
    ])  # fmt: skip
    for child in item.children:
        _walk(report, nodes, child, here, walked)


def _opened(items: Sequence[Item], visible: set[tuple[int, int, str]]) -> list[int]:
    """The places, in the order of the walk, of the items that are not shown themselves but whose parts are."""
    opened, at = [], 0

    def visit(item: Item) -> None:
        nonlocal at
        here, at = at, at + 1
        hidden = (item.first, item.stop, item.name) not in visible
        if hidden and item.children and any(item.first <= first and stop <= item.stop for first, stop, _ in visible):
            opened.append(here)
        for child in item.children:
            visit(child)

    for item in items:
        visit(item)
    return opened
