"""The layers of a network grouped by the module they belong to, blocks that repeat, and modules folded into one line."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any, NamedTuple

from convlens.ir.graph import Node

MAX_LEVELS = 32


class Leaf(NamedTuple):
    name: str
    node: Node


class Group(NamedTuple):
    """Layers that follow one another and belong to the module ``name``, as seen from the group around it."""

    name: str
    children: list["Leaf | Group"]


class Line(NamedTuple):
    """One line of a table.

    ``nodes`` are the layers that it stands for: one, or all of a folded module; none for the head of an open group.
    ``level`` counts the groups around it, ``last`` says for each of them, and for itself, whether it ends there.
    ``repeats`` is how many identical blocks the line stands for, its own and those of the groups around it. ``path`` is the
    name with those of the groups around it.
    """

    name: str
    nodes: tuple[Node, ...]
    last: tuple[bool, ...]
    times: int = 1
    repeats: int = 1
    path: str = ""


Same = Callable[[Node], Any]
"""What two layers must have in common to be shown as one."""


def lines(nodes: Iterable[Node], depth: int | None = None, same: Same | None = None) -> list[Line]:
    """The lines of the table. Modules below ``depth`` are folded; with ``same``, identical blocks are shown once."""
    return list(_lines(grouped(nodes).children, Line("", (), ()), depth, same))


def grouped(nodes: Iterable[Node]) -> Group:
    """The tree of modules. A module that is left and entered again has two groups: the order of the layers is kept."""
    root = Group("", [])
    for node in nodes:
        *modules, name = _path(node)
        group = root
        for module in modules:
            latest = group.children[-1] if group.children else None
            if not isinstance(latest, Group) or latest.name != module:
                latest = Group(module, [])
                group.children.append(latest)
            group = latest
        group.children.append(Leaf(name, node))
    return _joined(root)


def _path(node: Node) -> list[str]:
    """The names of the modules around a node, from the outside, and its own name last; separators stay in front."""
    if not node.module or node.module == node.name:
        parts = re.findall(r"[./]*[^./]+[./]*$|[./]*[^./]+", node.name) or [node.name]
    else:
        own = node.name[len(node.module) :] if re.match(re.escape(node.module) + "[./]", node.name) else node.name
        parts = [*re.findall(r"[./]*[^./]+", node.module), own]
    return [*parts[:MAX_LEVELS], "".join(parts[MAX_LEVELS:])] if len(parts) > MAX_LEVELS else parts


def _joined(group: Group) -> Group:
    """A group with one member is no group: ``layer1`` with only ``.conv`` is ``layer1.conv``."""
    children: list[Leaf | Group] = [_joined_child(child) for child in group.children]
    return Group(group.name, children)


def _joined_child(child: Leaf | Group) -> Leaf | Group:
    if isinstance(child, Leaf):
        return child
    inner = _joined(child)
    if len(inner.children) != 1:
        return inner
    only = inner.children[0]
    name = inner.name + only.name if only.name[:1] in (".", "/") else only.name
    return only._replace(name=name)


def _lines(children: list[Leaf | Group], above: Line, depth: int | None, same: Same | None) -> Iterator[Line]:
    runs = _runs(children, same)
    for at, run in enumerate(runs):
        child, times = run[-1], len(run)
        here = (*above.last, at == len(runs) - 1)
        name = run[0].name if times == 1 else f"{run[0].name}..{_bare(child.name)}"
        line = Line(_bare(name), (), here, times, above.repeats * times, _joined_path(above.path, name))
        if isinstance(child, Leaf):
            yield line._replace(nodes=(child.node,))
        elif depth is not None and len(here) >= depth:
            yield line._replace(nodes=tuple(_members(child)))
        else:
            yield line
            yield from _lines(child.children, line, depth, same)


def _joined_path(above: str, name: str) -> str:
    return above + name if not above or name[:1] in (".", "/") else f"{above}.{name}"


def _runs(children: list[Leaf | Group], same: Same | None) -> list[list[Leaf | Group]]:
    if same is None:
        return [[child] for child in children]
    return [list(run) for _, run in groupby(children, key=lambda child: _signature(child, same))]


def _signature(child: Leaf | Group, same: Same) -> Any:
    if isinstance(child, Leaf):
        return same(child.node)
    return tuple((inner.name, _signature(inner, same)) for inner in child.children)


def _members(child: Leaf | Group) -> Iterator[Node]:
    if isinstance(child, Leaf):
        yield child.node
    else:
        for inner in child.children:
            yield from _members(inner)


def _bare(name: str) -> str:
    return name.lstrip("./") or name
