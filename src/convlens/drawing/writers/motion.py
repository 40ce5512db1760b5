"""How the lit cells of a grid move: a shape that stays the same jumps, another shape is another mark."""

from collections.abc import Sequence
from typing import NamedTuple

from convlens.drawing.scene import Cell, Step


class Mark(NamedTuple):
    """Cells relative to the first one, and where that lies at each step; None where this shape is not lit."""

    cells: tuple[Cell, ...]
    places: tuple[Cell | None, ...]


def marks_of(key: str, steps: Sequence[Step]) -> list[Mark]:
    """Every shape that is lit on a grid.

    >>> steps = [Step((("x", ((0, 0), (0, 1))),), ()), Step((("x", ((1, 0), (1, 1))),), ()), Step((), ())]
    >>> marks_of("x", steps)
    [Mark(cells=((0, 0), (0, 1)), places=((0, 0), (1, 0), None))]
    """
    shapes: dict[tuple[Cell, ...], list[Cell | None]] = {}
    for at, step in enumerate(steps):
        cells = next((cells for grid, cells in step.lit if grid == key), ())
        if cells:
            row, col = min(cells)
            shape = tuple(sorted((r - row, c - col) for r, c in set(cells)))
            shapes.setdefault(shape, [None] * len(steps))[at] = (row, col)
    return [Mark(shape, tuple(places)) for shape, places in shapes.items()]


def moving(name: str, mark: Mark, cell: int, count: int) -> str:
    """The rule by which a mark jumps; ``count`` is how many steps the whole lasts, rest included.

    >>> moving("m0", Mark(((0, 0),), ((0, 0), (0, 1))), 10, 4)
    '@keyframes m0{0%{opacity:1;transform:translate(0px,0px)}25%{opacity:1;transform:translate(10px,0px)}}.cl .m0{animation-name:m0}'
    """
    frames, before = [], object()
    for at, place in enumerate(mark.places):
        if place != before:
            state = "opacity:0" if place is None else f"opacity:1;transform:translate({place[1] * cell}px,{place[0] * cell}px)"
            frames.append(f"{_percent(at, count)}{{{state}}}")
            before = place
    return f"@keyframes {name}{{{''.join(frames)}}}.cl .{name}{{animation-name:{name}}}"


def at_step(name: str, at: int, steps: int, count: int) -> str:
    """The rule by which something is seen during one step; what belongs to the last one stays while the picture rests.

    >>> at_step("s1", 1, 3, 4)
    '@keyframes s1{0%{opacity:0}25%{opacity:1}50%{opacity:0}}.cl .s1{animation-name:s1}'
    """
    before = "" if at == 0 else "0%{opacity:0}"
    after = "" if at == steps - 1 else f"{_percent(at + 1, count)}{{opacity:0}}"
    return f"@keyframes {name}{{{before}{_percent(at, count)}{{opacity:1}}{after}}}.cl .{name}{{animation-name:{name}}}"


def _percent(at: int, count: int) -> str:
    return f"{100 * at / count:.4g}%"
