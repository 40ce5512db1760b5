"""A scene as pixels, one picture for each step."""

from typing import Any

from convlens.drawing.scene import Cell, Grid, Note, Scene
from convlens.drawing.writers.fonts import font
from convlens.drawing.writers.style import BORDER, FULL, HATCH, INK, LINE, PADDING, PALE, QUIET_INK, UNREAD
from convlens.ir.errors import UsageError
from convlens.lang.printable import printable

PAPER, BAND, EDGE = "#ffffff", "#f6f8fa", "#d0d7de"
OPAQUE = 0.8
"""How much a lit cell covers the pale one."""


def images() -> Any:
    """Pillow, or `UsageError` that says what installs it."""
    try:
        import PIL.Image  # noqa: PLC0415 - only pictures of pixels need it
        import PIL.ImageDraw  # noqa: PLC0415
    except ImportError:
        raise UsageError('GIF, PNG and MP4 need Pillow: pip install "convlens[draw]"') from None
    return PIL


class Raster:
    """Draws the steps of a scene; every pixel of it is ``scale`` pixels wide, so that it is sharp on a fine screen."""

    def __init__(self, scene: Scene, scale: int = 2) -> None:
        self.scene, self.scale, self.pil = scene, scale, images()
        self.base = self.pil.Image.new("RGB", (scene.width * scale, scene.height * scale), PAPER)
        self._draw = self.pil.ImageDraw.Draw(self.base)
        for band in scene.bands:
            box = self._box(band.x, band.y, band.width, band.height)
            self._draw.rounded_rectangle(box, 6 * scale, fill=BAND, outline=EDGE)
        for grid in scene.grids:
            self._ground(grid)
        for note in scene.notes:
            self._note(note)

    def frame(self, at: int, *, complete: bool = False) -> Any:
        """One step: its marks, the numbers that are known by then (all, where ``complete``), and its sum."""
        picture = self.base.copy()
        self._draw = self.pil.ImageDraw.Draw(picture)
        lit = dict(self.scene.steps[at].lit)
        for grid in self.scene.grids:
            self._cells(grid, lit.get(grid.key, ()), at, complete=complete)
        for line, text in enumerate(self.scene.steps[at].words):
            self._text(16, self.scene.words_y + 18 * line, text, 12)
        return picture

    def _ground(self, grid: Grid) -> None:
        for at in range(len(grid.texts)):
            cell = divmod(at, grid.cols)
            fill = PADDING if cell in grid.quiet else UNREAD if cell in grid.unread else PALE[grid.role]
            self._draw.rectangle(self._cell(grid, cell), fill=fill, outline=LINE)
            if cell in grid.unread:
                self._hatch(grid, cell)
        self._text(grid.x, grid.y - 4, grid.title, 12, fill=QUIET_INK)

    def _hatch(self, grid: Grid, cell: Cell) -> None:
        left, top, right, bottom = self._cell(grid, cell)
        for shift in range(left + 6 * self.scale, right + bottom - top, 6 * self.scale):
            begin, end = min(shift, right - 1), max(shift - (bottom - top), left + 1)
            self._draw.line((begin, top + shift - begin + 1, end, top + shift - end - 1), fill=HATCH)

    def _cells(self, grid: Grid, lit: tuple[Cell, ...], at: int, *, complete: bool) -> None:
        cells = set(lit)
        for cell in cells:
            self._draw.rectangle(self._cell(grid, cell), fill=_mixed(FULL[grid.role], PALE[grid.role]), outline=LINE)
        for cell in cells:
            self._border(grid, cell, cells)
        for place, text in enumerate(grid.texts):
            cell = divmod(place, grid.cols)
            if text and (complete or not grid.appears or grid.appears[place] <= at):
                x, y = grid.x + cell[1] * grid.cell + grid.cell // 2, grid.y + cell[0] * grid.cell + grid.cell // 2
                self._text(x, y, text, 13, fill=QUIET_INK if cell in grid.quiet else INK, anchor="mm")

    def _border(self, grid: Grid, cell: Cell, lit: set[Cell]) -> None:
        """A thick line wherever a lit cell has no lit neighbour."""
        left, top, right, bottom = self._cell(grid, cell)
        row, col = cell
        sides = {
            (row - 1, col): (left, top, right, top), (row + 1, col): (left, bottom, right, bottom),
            (row, col - 1): (left, top, left, bottom), (row, col + 1): (right, top, right, bottom),
        }  # fmt: skip
        for neighbour, line in sides.items():
            if neighbour not in lit:
                self._draw.line(line, fill=BORDER, width=2 * self.scale + 1)

    def _note(self, note: Note) -> None:
        if note.role:
            self._draw.rectangle(
                self._box(note.x - 17, note.y - 10, 10, 10), fill=FULL[note.role], outline=BORDER, width=self.scale
            )
        size = 14 if note.kind == "title" else 12
        fill = QUIET_INK if note.kind == "caption" else INK
        self._text(note.x, note.y, note.text, size, fill=fill, bold=note.kind != "caption")

    def _text(self, x: int, y: int, text: str, size: int, *, fill: str = INK, bold: bool = False, anchor: str = "ls") -> None:
        shown = printable(text)
        chosen = font(size * self.scale, bold=bold, chinese=any(c >= "\u2e80" for c in shown))
        self._draw.text((x * self.scale, y * self.scale), shown, fill=fill, font=chosen, anchor=anchor)

    def _cell(self, grid: Grid, cell: Cell) -> tuple[int, int, int, int]:
        return self._box(grid.x + cell[1] * grid.cell, grid.y + cell[0] * grid.cell, grid.cell, grid.cell)

    def _box(self, x: int, y: int, width: int, height: int) -> tuple[int, int, int, int]:
        return x * self.scale, y * self.scale, (x + width) * self.scale, (y + height) * self.scale


def _mixed(over: str, under: str) -> str:
    """
    >>> _mixed("#e69f00", "#fbe5bd")
    '#eaad26'
    """
    pairs = [(int(over[at : at + 2], 16), int(under[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(OPAQUE * a + (1 - OPAQUE) * b):02x}" for a, b in pairs)
