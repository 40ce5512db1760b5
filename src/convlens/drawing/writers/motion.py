"""How the lit cells of a grid move: a shape that stays the same jumps, another shape is another mark."""

from collections.abc import Sequence
from typing import NamedTuple

from convlens.drawing.scene import Cell, Step


class Mark(NamedTuple):
    """Cells relative to the first one, and where that lies at each step; None where this shape is not lit."""

    cells: tuple[Cell, ...]
    places: tuple[Cell | None, ...]


class Rules:
    """The rules of an animation that lasts ``steps`` steps and a rest. What moves alike shares one rule."""

    def __init__(self, steps: int, rest: int) -> None:
        self.steps, self.count = steps, steps + rest
        self.names: dict[str, str] = {}

    def name(self, frames: str) -> str:
        """The class of what moves so."""
        return self.names.setdefault(frames, f"m{len(self.names)}")

    def during(self, at: int) -> str:
        """The attributes of what is seen in one step only; what belongs to the last one stays while the picture rests.

        One rule serves all: each begins it as many seconds later.

        >>> Rules(3, 1).during(0), Rules(3, 1).during(1)
        ('class="s a d"', 'class="s a d" style="animation-delay:1s"')
        """
        if at == self.steps - 1:
            return f'class="s a {self.name(self.since(at))}"'
        return 'class="s a d"' + (f' style="animation-delay:{at}s"' if at else "")

    def css(self) -> str:
        brief = f".d{{animation-name:d}}@keyframes d{{0%{{opacity:1}}{self._percent(1)}{{opacity:0}}}}"
        return brief + "".join(
            f"@keyframes {name}{{{frames}}}.{name}{{animation-name:{name}}}" for frames, name in self.names.items()
        )

    def moving(self, mark: Mark, cell: int) -> str:
        """The frames by which a mark jumps.

        >>> Rules(2, 2).moving(Mark(((0, 0),), ((0, 0), (0, 1))), 10)
        '0%{opacity:1;transform:none}25%{opacity:1;transform:translate(10px,0)}'
        """
        frames, before = [], object()
        for at, place in enumerate(mark.places):
            if place != before:
                frames.append(f"{self._percent(at)}{{{_state(place, cell)}}}")
                before = place
        return "".join(frames)

    def since(self, at: int) -> str:
        """The frames of what is seen from one step on.

        >>> Rules(3, 1).since(0), Rules(3, 1).since(1)
        ('0%{opacity:1}', '0%{opacity:0}25%{opacity:1}')
        """
        return f"{self._percent(at)}{{opacity:1}}" if at == 0 else f"0%{{opacity:0}}{self._percent(at)}{{opacity:1}}"

    def _percent(self, at: int) -> str:
        return f"{100 * at / self.count:.4g}%"


def _state(place: Cell | None, cell: int) -> str:
    if place is None:
        return "opacity:0"
    row, col = place[0] * cell, place[1] * cell
    move = f"translate({_pixels(col)},{_pixels(row)})" if row or col else "none"
    return f"opacity:1;transform:{move}"


def _pixels(length: int) -> str:
    return f"{length}px" if length else "0"


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
            row, col = min(r for r, _ in cells), min(c for _, c in cells)
            shape = tuple(sorted((r - row, c - col) for r, c in set(cells)))
            shapes.setdefault(shape, [None] * len(steps))[at] = (row, col)
    return [Mark(shape, tuple(places)) for shape, places in shapes.items()]
