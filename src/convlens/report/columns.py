"""Which columns fit, and how wide each is. Shapes and numbers are never cut; names and layers may be shortened.

Widths are terminal cells: a Chinese character takes two.
"""

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from convlens.report.terminal import Screen

GAP = 2
LEAST = {"name": 12, "layer": 14}
NARROW = 8
"""The least width of a name where only so are all costs shown."""
ORDER = ("name", "output", "params", "macs", "layer", "field", "share")
"""By importance: a column is shown where it fits beside all those before it."""


class Column(NamedTuple):
    key: str
    width: int


def natural(rows: Sequence[dict[str, str]], heads: dict[str, str]) -> dict[str, int]:
    """The widest text of each column."""
    return {key: max(map(cell_len, (head, *(row[key] for row in rows)))) for key, head in heads.items()}


def fitting(wide: dict[str, int], width: int, least_name: int = LEAST["name"]) -> list[Column] | None:
    """The columns for a table of ``width`` cells, or None where not even names, shapes and costs fit."""
    least = LEAST | {"name": least_name}
    chosen: list[str] = []
    for key in ORDER:
        if _needed(wide, [*chosen, key], least) <= width:
            chosen.append(key)
        elif key in ORDER[:4]:
            return None
    return _spread(wide, [key for key in wide if key in chosen], width, least)


def without_costs(wide: dict[str, int], width: int) -> list[Column]:
    """The last resort: names and shapes, and parameters where they fit."""
    keys = ["name", "output"]
    least = LEAST | {"name": NARROW}
    if _needed(wide, [*keys, "params"], least) <= width:
        keys.append("params")
    return _spread(wide, keys, max(width, _needed(wide, keys, least)), least)


def _needed(wide: dict[str, int], keys: Sequence[str], least: dict[str, int]) -> int:
    return sum(min(wide[key], least.get(key, wide[key])) for key in keys) + GAP * (len(keys) - 1)


def _spread(wide: dict[str, int], keys: list[str], width: int, least: dict[str, int]) -> list[Column]:
    """Room that is left goes to the names first, but half of it at most while the layers need more."""
    widths = {key: min(wide[key], least.get(key, wide[key])) for key in keys}
    room = width - _needed(wide, keys, least)
    for key, most in (("name", room // 2 if "layer" in keys else room), ("layer", room), ("name", room)):
        if key in widths:
            more = min(wide[key] - widths[key], most, room)
            widths[key] += more
            room -= more
    return [Column(key, widths[key]) for key in keys]


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


def _end(text: str, cells: int) -> str:
    end = ""
    for character in reversed(text):
        if cell_len(character + end) > cells:
            break
        end = character + end
    return end


def wrapped(text: str, width: int) -> list[str]:
    """The words of a text on lines of at most ``width`` cells; a longer word has a line of its own."""
    found: list[str] = []
    for word in text.split():
        if found and cell_len(f"{found[-1]} {word}") <= width:
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found or [""]


def cleaned(rows: list[dict[str, str]], screen: Screen) -> list[dict[str, str]]:
    """The rows with nothing in them that the stream cannot show."""
    return [{key: screen.clean(text) for key, text in row.items()} for row in rows]
