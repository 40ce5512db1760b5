"""A scene as SVG, animated by CSS: sharp at any size, and without a single script.

The drawing without its animation is the complete answer: every number stands there. So a printer, a slide and a reader that
stops motion show everything.
"""

from collections.abc import Iterator, Sequence
from html import escape

from convlens.drawing.scene import Cell, Grid, Note, Scene
from convlens.drawing.writers.motion import Mark, at_step, marks_of, moving
from convlens.drawing.writers.style import STYLE
from convlens.lang.printable import printable

SECONDS = 1.0
"""Of one step; below it numbers cannot be read."""

REST = 2
"""Steps that the last picture stays."""


def svg(scene: Scene, *, still: bool = False) -> str:
    """The whole file; ``still`` without any motion, as a page shows it that asks for none."""
    parts: list[str] = []
    rules: list[str] = []
    count = len(scene.steps) + REST
    for grid in scene.grids:
        parts += _grid(grid, scene, rules, count, still=still)
    parts += [_note(note, "h" if at == 0 else "g") for at, note in enumerate(scene.notes)]
    parts += _words(scene, rules, count, still=still)
    motion = "" if still else _motion(rules, count)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="cl" role="img" width="{scene.width}" height="{scene.height}" '
        f'viewBox="0 0 {scene.width} {scene.height}"><title>{_clean(scene.title)}</title><desc>{_clean(scene.description)}</desc>'
        f"<style>{STYLE}{motion}</style>{HATCH}"
        f'<rect class="paper" width="{scene.width}" height="{scene.height}"/>' + "".join(parts) + "</svg>\n"
    )


HATCH = (
    '<defs><pattern id="n" width="6" height="6" patternUnits="userSpaceOnUse"><path class="hatch" d="M0 6L6 0"/></pattern></defs>'
)


def _motion(rules: list[str], count: int) -> str:
    seconds = f"{count * SECONDS:g}s"
    return (
        f"@media (prefers-reduced-motion:no-preference){{.cl .a{{animation-duration:{seconds};animation-iteration-count:infinite;"
        f"animation-timing-function:step-end}}{''.join(rules)}}}"
    )


def _grid(grid: Grid, scene: Scene, rules: list[str], count: int, *, still: bool) -> Iterator[str]:
    cell = scene.cell
    yield f'<g transform="translate({grid.x} {grid.y})">'
    yield f'<text class="t" y="-4">{_clean(grid.title)}</text>'
    yield f'<rect class="{grid.role[0]}" width="{grid.cols * cell}" height="{grid.rows * cell}"/>'
    for cells, kind in ((grid.quiet, "q"), (grid.unread, "u")):
        if cells:
            yield f'<path class="{kind}" d="{_squares(sorted(cells), cell)}"/>'
    yield f'<path class="l" d="{_lines(grid, cell)}"/>'
    for mark in marks_of(grid.key, scene.steps):
        yield _mark(mark, grid, cell, rules, count, still=still)
    yield from _numbers(grid, cell)
    yield "</g>"


def _squares(cells: Sequence[Cell], cell: int) -> str:
    """
    >>> _squares([(0, 0), (1, 2)], 10)
    'M0 0h10v10h-10zM20 10h10v10h-10z'
    """
    return "".join(f"M{col * cell} {row * cell}h{cell}v{cell}h-{cell}z" for row, col in cells)


def _lines(grid: Grid, cell: int) -> str:
    across = "".join(f"M0 {row * cell}h{grid.cols * cell}" for row in range(grid.rows + 1))
    return across + "".join(f"M{col * cell} 0v{grid.rows * cell}" for col in range(grid.cols + 1))


def _mark(mark: Mark, grid: Grid, cell: int, rules: list[str], count: int, *, still: bool) -> str:
    """The lit cells: one shape that jumps from step to step. At rest it stands where the last step has it, or is not seen."""
    path = f'<path class="m" d="{_squares(mark.cells, cell)}"/>'
    kind = "" if still else f' class="a m{len(rules)}"'
    shown = mark.places[-1] if mark.places[-1] is not None else None
    rest = f' transform="translate({shown[1] * cell} {shown[0] * cell})"' if shown and shown != (0, 0) else ""
    hidden = ' opacity="0"' if shown is None else ""
    if not still:
        rules.append(moving(f"m{len(rules)}", mark, cell, count))
    return f"<g{kind}{hidden}{rest}>{path}</g>"


def _numbers(grid: Grid, cell: int) -> Iterator[str]:
    """A text for each row; where every number is one digit their places are one list."""
    half = cell // 2
    for row in range(grid.rows):
        texts = grid.texts[row * grid.cols : (row + 1) * grid.cols]
        y = row * cell + half + 4
        if all(len(text) == 1 for text in texts):
            places = " ".join(str(col * cell + half) for col in range(grid.cols))
            yield f'<text x="{places}" y="{y}">{"".join(map(_clean, texts))}</text>'
        else:
            spans = (f'<tspan x="{col * cell + half}">{_clean(t)}</tspan>' for col, t in enumerate(texts) if t)
            yield f'<text y="{y}">{"".join(spans)}</text>'


def _words(scene: Scene, rules: list[str], count: int, *, still: bool) -> Iterator[str]:
    """The sum of each step, seen during its step; at rest that of the last one."""
    for at, step in enumerate(scene.steps):
        last = at == len(scene.steps) - 1
        if still and not last:
            continue
        lines = "".join(
            f'<tspan x="16" y="{scene.words_y + 18 * line}">{_clean(text)}</tspan>' for line, text in enumerate(step.words)
        )
        if still:
            yield f'<text class="s">{lines}</text>'
            continue
        yield f'<text class="s a s{at}"{"" if last else " opacity=" + chr(34) + "0" + chr(34)}>{lines}</text>'
        rules.append(at_step(f"s{at}", at, len(scene.steps), count))


def _note(note: Note, kind: str) -> str:
    return f'<text class="{kind}" x="{note.x}" y="{note.y}">{_clean(note.text)}</text>'


def _clean(text: str) -> str:
    return escape(printable(text))
