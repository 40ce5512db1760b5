"""Which layers stand in one block: modules, blocks that repeat, and layers that go with the one before them.

A network is a forest of `Item`; a sibling list has at most `MOST` of them, so whatever is opened stays readable.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

from convlens.ir.graph import Node
from convlens.report.strip.kinds import follows
from convlens.report.tree import Group, Leaf, grouped

MOST = 24
MAX_PERIOD = 12


class Item(NamedTuple):
    """Layers ``first`` to ``stop - 1`` of a network as one block: a single layer where it has no ``children``.

    ``times`` is how many identical parts it consists of; they are its children, or groups of them.
    """

    name: str
    first: int
    stop: int
    times: int = 1
    children: tuple["Item", ...] = ()

    @property
    def layers(self) -> int:
        return self.stop - self.first


class Likeness(NamedTuple):
    """What is known of each layer: ``same`` is equal for layers that are alike, ``space`` the size of what comes out."""

    nodes: Sequence[Node]
    same: Sequence[Hashable]
    space: Sequence[Hashable]


def forest(known: Likeness) -> tuple[Item, ...]:
    """The whole network; every single layer where that is at most `MOST`."""
    if len(known.nodes) <= MOST:
        return tuple(Item(node.name, at, at + 1) for at, node in enumerate(known.nodes))
    items, _ = _items(grouped(known.nodes).children, "", 0, known)
    while len(items) == 1 and items[0].children and items[0].times == 1:
        items = items[0].children
    return items


def shown(items: Sequence[Item], most: int = MOST) -> list[Item]:
    """The blocks that are shown at first: whole levels of modules are opened while there is room, so that like blocks look
    alike; where that shows almost nothing, the largest alone. Repeated parts stay folded.
    """
    cut = list(items)
    while True:
        opened = [part for item in cut for part in (item.children if _opens(item) else (item,))]
        if len(opened) <= most and len(opened) > len(cut):
            cut = opened
            continue
        largest = max((i for i in cut if _opens(i) and len(cut) + len(i.children) - 1 <= most), key=_layers, default=None)
        if largest is None or len(cut) >= FEW:
            return cut
        at = cut.index(largest)
        cut[at : at + 1] = largest.children


FEW = 8
"""Fewer blocks than this say little about a network."""


def _opens(item: Item) -> bool:
    return bool(item.children) and item.times == 1


def _layers(item: Item) -> int:
    return item.layers


def _items(children: Sequence[Leaf | Group], above: str, at: int, known: Likeness) -> tuple[tuple[Item, ...], int]:
    found = []
    for child in children:
        if isinstance(child, Leaf):
            found.append(Item(child.node.name, at, at + 1))
            at += 1
        else:
            path = above + child.name if not above or child.name[:1] in (".", "/") else f"{above}.{child.name}"
            inner, stop = _items(child.children, path, at, known)
            found.append(Item(path, at, stop, 1, inner))
            at = stop
    return _shaped(found, known), at


def _shaped(items: list[Item], known: Likeness) -> tuple[Item, ...]:
    """A sibling list made short enough: followers joined where it is too long, then repeats, then stages."""
    if len(items) > MOST:
        items = _with_followers(items, known)
    return tuple(_bounded(_with_repeats(items, known), known))


def _with_followers(items: list[Item], known: Likeness) -> list[Item]:
    """A convolution and the normalisation and activation behind it are one item."""
    found: list[list[Item]] = []
    for item in items:
        node = known.nodes[item.first]
        before = known.nodes[item.first - 1].name if item.first else ""
        if found and not item.children and follows(node.op) and [ref.node for ref in node.inputs] == [before]:
            found[-1].append(item)
        else:
            found.append([item])
    return [unit[0] if len(unit) == 1 else Item(unit[0].name, unit[0].first, unit[-1].stop, 1, tuple(unit)) for unit in found]


def _with_repeats(items: list[Item], known: Likeness) -> list[Item]:
    signs = [tuple(known.same[item.first : item.stop]) for item in items]
    numbers: dict[tuple[Hashable, ...], int] = {}
    ids = [numbers.setdefault(sign, len(numbers)) for sign in signs]
    found, at = [], 0
    while at < len(items):
        period, times = _repeat(ids, at)
        if period * times > 2 or (times > 1 and items[at].children):
            found.append(_repeated(items[at : at + period * times], period, times, known))
            at += period * times
        else:
            found.append(items[at])
            at += 1
    return found


def _repeat(ids: Sequence[int], at: int) -> tuple[int, int]:
    """The shortest period from here that covers most, and how many times it is there."""
    best = (1, 1)
    for period in range(1, min(MAX_PERIOD, (len(ids) - at) // 2) + 1):
        times, pattern = 1, ids[at : at + period]
        while ids[at + times * period : at + (times + 1) * period] == pattern:
            times += 1
        if times > 1 and period * times > best[0] * best[1]:
            best = (period, times)
    return best


def _repeated(items: list[Item], period: int, times: int, known: Likeness) -> Item:
    parts = items if period == 1 else [_group(items[at : at + period]) for at in range(0, len(items), period)]
    return _group(items)._replace(times=times, children=tuple(_bounded(parts, known)))


def _bounded(items: list[Item], known: Likeness) -> list[Item]:
    """At most `MOST` items: those of one spatial size together, or equal shares."""
    if len(items) <= MOST:
        return items
    runs = _runs(items, lambda item: known.space[item.stop - 1])
    if not 1 < len(runs) <= MOST:
        share = -(-len(items) // MOST)
        runs = [items[at : at + share] for at in range(0, len(items), share)]
    return [run[0] if len(run) == 1 else _group(_bounded(run, known)) for run in runs]


def _runs(items: list[Item], key: Callable[[Item], Hashable]) -> list[list[Item]]:
    runs: list[list[Item]] = []
    for item in items:
        if runs and key(runs[-1][-1]) == key(item):
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs


def _group(items: Sequence[Item]) -> Item:
    """``layer3.1..5`` of ``layer3.1`` to ``layer3.5``."""
    first, last = items[0].name, items[-1].name
    common = next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    cut = max(first.rfind(".", 0, common), first.rfind("/", 0, common)) + 1
    return Item(f"{first}..{last[cut:].lstrip('./')}", items[0].first, items[-1].stop, 1, tuple(items))
