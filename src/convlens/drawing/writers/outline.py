"""Paths around cells."""

from collections.abc import Iterable, Sequence

from convlens.drawing.scene import Cell


def squares(cells: Iterable[Cell], cell: int) -> str:
    """Cells as one area, those side by side in a row as one rectangle.

    >>> squares([(0, 0), (0, 1), (1, 3)], 10)
    'M0 0h20v10h-20zM30 10h10v10h-10z'
    """
    return "".join(f"M{col * cell} {row * cell}h{n * cell}v{cell}h-{n * cell}z" for row, col, n in _runs(cells))


def _runs(cells: Iterable[Cell]) -> list[tuple[int, int, int]]:
    runs: list[tuple[int, int, int]] = []
    for row, col in sorted(cells):
        if runs and runs[-1][0] == row and runs[-1][1] + runs[-1][2] == col:
            runs[-1] = (row, runs[-1][1], runs[-1][2] + 1)
        else:
            runs.append((row, col, 1))
    return runs


def rectangles(cells: Sequence[Cell], cell: int) -> str:
    """The same where runs of neighbouring rows that are alike are one rectangle: no line runs through a window.

    >>> rectangles([(0, 0), (0, 1), (1, 0), (1, 1), (3, 0)], 10)
    'M0 0h20v20h-20zM0 30h10v10h-10z'
    """
    found: list[list[int]] = []
    for row, col, n in _runs(cells):
        above = next((box for box in found if box[0] + box[3] == row and box[1:3] == [col, n]), None)
        if above is not None:
            above[3] += 1
        else:
            found.append([row, col, n, 1])
    return "".join(f"M{c * cell} {r * cell}h{n * cell}v{k * cell}h-{n * cell}z" for r, c, n, k in found)
