"""The sheet on which grids are placed: sizes of blocks, titles above them, the ground of groups."""

from collections.abc import Iterable

from convlens.drawing.scene import Band, Grid, Kind, Note, Role

MARGIN = 16
TITLE = 16
"""The line above a grid."""

HEAD = 24
GAP = 12
SWATCH = 18
"""A square of colour before a text, and the gap behind it."""

WORD = 7.3
"""Pixels of a character in a monospaced font of 12 pixels."""

BIG = 8.5
"""Pixels of a character of the picture's title, which is bold and of 14 pixels."""

WIDEST = 1100
"""Slices of one map that are wider go on below."""


class Page:
    """Collects what has its place. ``cells`` is the size of a cell in pixels for each role."""

    def __init__(self, cells: dict[str, int]) -> None:
        self.cells = cells
        self.left = MARGIN
        self.grids: list[Grid] = []
        self.notes: list[Note] = []
        self.bands: list[Band] = []
        self.right = 0

    def sized(self, grid: Grid) -> Grid:
        return grid._replace(cell=self.cells[grid.role])

    def size(self, block: Iterable[Grid]) -> tuple[int, int]:
        """Width and height of a map, titles included."""
        placed = self._placed(block, 0, 0)
        rights = [max(grid.x + grid.width, grid.x + round(WORD * len(grid.title))) for grid in placed]
        return max(rights, default=0), max((grid.y + grid.height for grid in placed), default=0)

    def block(self, block: Iterable[Grid], x: int, y: int) -> int:
        """Place a map, slices side by side, with its upper left corner at ``(x, y)``; its lower edge."""
        placed = self._placed(block, x, y)
        self.grids += placed
        self.right = max([self.right, *(grid.x + max(grid.width, round(WORD * len(grid.title))) for grid in placed)])
        return max((grid.y + grid.height for grid in placed), default=y)

    def _placed(self, block: Iterable[Grid], x: int, y: int) -> list[Grid]:
        found: list[Grid] = []
        left, top, tall = x, y, 0
        for grid in map(self.sized, block):
            wide = max(grid.width, round(WORD * len(grid.title)))
            if left > x and left + wide - x > WIDEST:
                left, top, tall = x, top + tall + GAP, 0
            found.append(grid._replace(x=left, y=top + TITLE))
            left, tall = left + wide + GAP, max(tall, TITLE + grid.height)
        return found

    def heads(self, texts: Iterable[tuple[Role, str]], top: int) -> int:
        """The shapes of a stage in one line, each behind its colour; the pixel below."""
        x = self.left
        for role, text in texts:
            self.note(text, x + SWATCH, top + 14, "head", role)
            x += SWATCH + round(WORD * len(text)) + 2 * GAP
        return top + HEAD

    def head(self, text: str, x: int, y: int) -> None:
        self.note(text, x, y, "head")

    def dots(self, text: str, x: int, y: int) -> None:
        """What is left out between two channels."""
        self.note(text, x, y, "dots")

    def note(self, text: str, x: int, y: int, kind: Kind, role: Role | None = None) -> None:
        self.notes.append(Note(text, x, y, kind, role))
        if kind != "caption":  # which is wrapped to the width of all others
            self.right = max(self.right, x + round((BIG if kind == "title" else WORD) * len(text)))

    def band(self, x: int, y: int, width: int, height: int) -> None:
        """The ground of a group."""
        self.bands.append(Band(x, y, width, height))
        self.right = max(self.right, x + width)
