"""Which columns fit, and how wide each is. Shapes and numbers are never cut; names and layers may be shortened.

Widths are terminal cells: a Chinese character takes two.
"""

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len, chop_cells, set_cell_size

from convlens.report.terminal import Screen

GAP = 2


class Plan(NamedTuple):
    """Columns that may be shown together: the least widths of names and layers, and whether numbers are rounded.

    A layer is at least "full" (as it is written), "brief" (its first arguments) or "kind" (its name alone), but never asks
    for more than ``layer`` cells.
    """

    keys: tuple[str, ...]
    rounded: bool
    name: int
    form: str
    layer: int


_COSTS = ("name", "layer", "output", "params", "macs")
PLANS = (
    Plan((*_COSTS, "field", "share"), False, 40, "full", 60),
    Plan((*_COSTS, "field"), False, 24, "full", 60),
    Plan((*_COSTS, "field"), False, 12, "brief", 14),
    Plan(_COSTS, False, 12, "brief", 14),
    Plan((*_COSTS, "field"), True, 12, "kind", 12),
    Plan(_COSTS, True, 8, "kind", 9),
    Plan(_COSTS[:-1], True, 10, "kind", 6),
    Plan(_COSTS[:-2], True, 8, "kind", 8),
    Plan(("name", "output"), True, 8, "kind", 8),
)
"""The first that fits is taken: a share goes before a label is cut, arguments before the field, exact numbers before MACs."""


class Column(NamedTuple):
    key: str
    width: int


def natural(rows: Sequence[dict[str, str]], heads: dict[str, str]) -> dict[str, int]:
    """The widest text of each column."""
    return {key: max(map(cell_len, (head, *(row[key] for row in rows)))) for key, head in heads.items()}


def fitting(plan: Plan, rows: Sequence[dict[str, str]], heads: dict[str, str], width: int, dots: str) -> list[Column] | None:
    """The columns of a plan in a table of ``width`` cells, or None where they do not fit."""
    wide = natural(rows, heads)
    asked = max((_least_layer(row["layer"], plan.form, dots) for row in rows), default=0)
    least = {"name": min(wide["name"], plan.name), "layer": max(min(asked, plan.layer), cell_len(heads["layer"]))}
    widths = {key: least.get(key, wide[key]) for key in plan.keys}
    room = width - sum(widths.values()) - GAP * (len(widths) - 1)
    return _spread(widths, wide, room) if room >= 0 or plan is PLANS[-1] else None


def _least_layer(text: str, form: str, dots: str) -> int:
    kind, bracket, _ = text.partition("(")
    if form == "full" or not bracket:
        return cell_len(text)
    return cell_len(kind) if form == "kind" else min(cell_len(f"{kind}({dots})"), cell_len(text))


def _spread(widths: dict[str, int], wide: dict[str, int], room: int) -> list[Column]:
    """Room that is left goes to the names first, but half of it at most while the layers need more."""
    for key, most in (("name", room // 2 if "layer" in widths else room), ("layer", room), ("name", room)):
        if key in widths:
            more = max(min(wide[key] - widths[key], most, room), 0)
            widths[key] += more
            room -= more
    return [Column(key, width) for key, width in widths.items()]


def shortened(text: str, width: int, dots: str, *, middle: bool = True) -> str:
    """The text in at most ``width`` cells, dots in the middle or at the end.

    >>> shortened("features.denseblock4.conv", 12, "…"), shortened("层层层层", 5, "…", middle=False)
    ('feature…conv', '层层…')
    """
    if cell_len(text) <= width:
        return text
    room = max(width - cell_len(dots), 0)
    back = room * 2 // 5 if middle else 0
    end = _end(text, back)
    return set_cell_size(text, room - cell_len(end)).rstrip() + dots + end if room else dots[:width]


def brief(label: str, width: int, dots: str) -> str:
    """A layer in at most ``width`` cells: its last arguments go first, then its brackets, then letters of its name.

    >>> [brief("Conv2d(3, 64, 7, stride=2)", width, "…") for width in (26, 20, 10, 8, 5)]
    ['Conv2d(3, 64, 7, stride=2)', 'Conv2d(3, 64, 7, …)', 'Conv2d(…)', 'Conv2d', 'Conv…']
    """
    if cell_len(label) <= width:
        return label
    kind, bracket, arguments = label.partition("(")
    parts = arguments.split(", ") if bracket else []
    for count in reversed(range(min(len(parts), width))):  # each takes a cell at least; a list may have 100,000
        text = f"{kind}({', '.join([*parts[:count], dots])})"
        if cell_len(text) <= width and (count == 0 or _closed(parts[:count])):
            return text
    return shortened(kind, width, dots, middle=False)


def _closed(arguments: list[str]) -> bool:
    text = "".join(arguments)
    return all(text.count(opening) == text.count(closing) for opening, closing in ("()", "[]", "{}"))


def _end(text: str, cells: int) -> str:
    end = ""
    for character in reversed(text):
        if cell_len(character + end) > cells:
            break
        end = character + end
    return end


def wrapped(text: str, width: int) -> list[str]:
    """The words of a text on lines of at most ``width`` cells; a longer word goes on in the next line.

    >>> wrapped("peak at features.conv", 10)
    ['peak at', 'features.c', 'onv']
    """
    found: list[str] = []
    for word in (piece for whole in text.split() for piece in chop_cells(whole, max(width, 2))):
        if found and cell_len(f"{found[-1]} {word}") <= width:
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found or [""]


def cleaned(rows: list[dict[str, str]], screen: Screen) -> list[dict[str, str]]:
    """The rows with nothing in them that the stream cannot show."""
    return [{key: screen.clean(text) for key, text in row.items()} for row in rows]
