"""Where everything stands: three columns a stage, the channels below one another, stages from top to bottom."""

from collections.abc import Sequence

from convlens.drawing.scene import Grid, Note, Scene, Step
from convlens.drawing.stage import Stage

MARGIN, GAP, COLUMN_GAP, LINE = 16, 14, 40, 18
HEAD, TITLE = 22, 16
LEAST_CELL, DIGIT = 24, 8
"""Pixels of a cell, and of one more digit in it."""

WORD = 7.3
"""Pixels of a character of the sums, which stand in a monospaced font of 12 pixels."""

MOST_STEPS = 64


def cell_size(stages: Sequence[Stage]) -> int:
    """As large as the longest number needs."""
    longest = max(len(text) for stage in stages for column in stage.columns for row in column for g in row for text in g.texts)
    return max(LEAST_CELL, DIGIT * longest + 8)


def laid_out(name: str, title: str, description: str, stages: Sequence[Stage]) -> Scene:
    """The scene of one or several stages. At most `MOST_STEPS` steps are kept, evenly over the output."""
    cell = cell_size(stages)
    grids: list[Grid] = []
    notes = [Note(title, MARGIN, MARGIN + 14)]
    right, y = 0, MARGIN + 28
    for stage in stages:
        x, bottom = MARGIN, y
        for head, column in zip(stage.heads, stage.columns, strict=True):
            if column:
                notes.append(Note(head, x, y + 14))
                placed, width, height = _column(column, x, y + HEAD, cell)
                grids += placed
                x, bottom = x + max(width, round(WORD * len(head))) + COLUMN_GAP, max(bottom, y + HEAD + height)
        right, y = max(right, x - COLUMN_GAP), bottom + GAP
    steps = [step for stage in stages for step in stage.steps]
    kept = [steps[at * (len(steps) - 1) // (MOST_STEPS - 1)] for at in range(MOST_STEPS)] if len(steps) > MOST_STEPS else steps
    width = max(right, round(WORD * len(title) * 1.15) + MARGIN) + MARGIN
    kept = [_folded(step, width - 2 * MARGIN) for step in kept]
    lines = max(len(step.words) for step in kept)
    height = y + LINE * lines + MARGIN
    return Scene(name, title, description, width, height, cell, tuple(grids), tuple(notes), tuple(kept), y + 12, len(steps) - len(kept))


def _column(rows: list[list[Grid]], x: int, y: int, cell: int) -> tuple[list[Grid], int, int]:
    """The grids of a column at their places, how wide and how high it is."""
    placed, widest, top = [], 0, y
    for row in rows:
        left = x
        for grid in row:
            placed.append(grid._replace(x=left, y=y + TITLE))
            left += max(grid.cols * cell, round(WORD * len(grid.title))) + GAP
        widest = max(widest, left - GAP - x)
        y += TITLE + max((grid.rows for grid in row), default=0) * cell + GAP
    return placed, widest, y - top


def _folded(step: Step, width: int) -> Step:
    """The sum on lines that fit, broken before a plus or a comma."""
    most = max(int(width / WORD), 20)
    lines: list[str] = []
    for text in step.words:
        while len(text) > most:
            cut = max(text.rfind(" ", 0, most + 1), 1)
            lines.append(text[:cut])
            text = "  " + text[cut:].lstrip()
        lines.append(text)
    return step._replace(words=tuple(lines))
