"""A scene from its stages: the sizes of the cells, the place of everything, and the steps that are kept."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from convlens.drawing.layout import place_stage
from convlens.drawing.page import MARGIN, WORD, Page
from convlens.drawing.scene import Cell, Grid, Scene, Step
from convlens.drawing.stage import Stage
from convlens.ir.errors import cut
from convlens.lang.printable import printable

LINE = 18
LEAST_CELL, DIGIT = 24, 8
"""Pixels of a cell, and of one more digit in it."""

MOST_STEPS = 64
MOST_WORDS = 4000
"""Characters of all sums in a small file."""

LONGEST_TITLE = 100
NARROWEST = 480


def composed(
    name: str, title: Sequence[str], description: str, stages: Sequence[Stage], caption: Sequence[str] = (), *, full: bool = False
) -> Scene:
    """The scene of one or several stages. At most `MOST_STEPS` steps are kept, evenly over the output.

    Lines of products are left out, and each channel is one number, where they are too many for a small file, unless ``full``.
    """
    page = Page(_cells(stages))
    title = [cut(printable(line), LONGEST_TITLE) for line in title]
    y = MARGIN + 14
    for line in title:
        page.note(line, MARGIN, y, "title")
        y += 20
    for stage in stages:
        y = place_stage(page, stage, y) + 14
    steps = [step._replace(number=at + 1) for at, step in enumerate(_steps(stages))]
    kept = _kept(steps) if full else _brief(_kept(steps))
    width = max(page.right, NARROWEST) + MARGIN
    folded = [_folded(step, len(steps), width - 2 * MARGIN) for step in kept]
    words_y = y + 12
    y += LINE * max(len(step.words) for step in folded) + 6
    for line in _wrapped(caption, int((width - 2 * MARGIN) / WORD)):
        y += LINE
        page.note(line, MARGIN, y, "caption")
    grids = tuple(_appearing(grid, steps, [step.number for step in kept]) for grid in page.grids)
    size = (max(width, page.right + MARGIN), y + MARGIN)
    return Scene(
        name, " ".join(title), description, *size, tuple(page.bands), grids, tuple(page.notes), tuple(folded), words_y, len(steps)
    )


def _wrapped(lines: Sequence[str], most: int) -> list[str]:
    """Chinese too, whose characters are wide and may part anywhere."""
    if not lines:
        return []
    from convlens.lang.layout import wrapped  # noqa: PLC0415 - it needs rich, which a picture without words does not

    return [part for line in lines for part in wrapped(line, most)]


def _steps(stages: Sequence[Stage]) -> list[Step]:
    return [step for stage in stages for step in stage.steps]


def _cells(stages: Sequence[Stage]) -> dict[str, int]:
    """Of each role as large as its longest number needs; images of all stages alike."""
    cells = dict.fromkeys(("input", "kernel", "output"), LEAST_CELL)
    for grid in _grids(stages):
        longest = max(map(len, grid.texts), default=1)
        cells[grid.role] = max(cells[grid.role], DIGIT * longest + 8)
    return cells


def _grids(stages: Sequence[Stage]) -> Iterator[Grid]:
    for stage in stages:
        for lane in stage.lanes:
            blocks = [*lane.images]
            for row in lane.rows:
                blocks += [*row.kernels, row.bias, row.output]
            yield from (grid for block in blocks for grid in block)


def _kept(steps: list[Step]) -> list[Step]:
    if len(steps) <= MOST_STEPS:
        return steps
    return [steps[at * (len(steps) - 1) // (MOST_STEPS - 1)] for at in range(MOST_STEPS)]


def _brief(steps: list[Step]) -> list[Step]:
    """Without the lines of products, where all of them are long."""
    long = sum(len(line) for step in steps for line in step.words) > MOST_WORDS
    return [step._replace(words=step.words[-1:]) for step in steps] if long else steps


def _appearing(grid: Grid, steps: Sequence[Step], kept: list[int]) -> Grid:
    """An output's numbers come one after the other; one whose own step is left out comes with the next that is kept."""
    if grid.role != "output":
        return grid
    own = {step.lit[-1][1][0]: step.number for step in steps if step.lit[-1][0] == grid.key}
    cells: list[Cell] = [divmod(at, grid.cols) for at in range(len(grid.texts))]
    return grid._replace(appears=tuple(bisect_left(kept, own.get(cell, 1)) for cell in cells))


def _folded(step: Step, outputs: int, width: int) -> Step:
    """The sum on lines that fit, the number of the step before its last line."""
    *before, last = step.words
    counter = f"{step.number}/{outputs}"
    texts = [*before, f"{counter}  {last}"]
    return step._replace(words=tuple(line for text in texts for line in folded_line(text, int(width / WORD))))


def folded_line(text: str, most: int) -> list[str]:
    """A line broken at spaces; what goes on is set in.

    >>> folded_line("1 + 2 + 3", 6)
    ['1 + 2', '  + 3']
    """
    lines = []
    while len(text) > most:
        cut_at = text.rfind(" ", 3, most + 1)
        cut_at = cut_at if cut_at > 0 else most
        lines.append(text[:cut_at])
        text = "  " + text[cut_at:].lstrip()
    return [*lines, text]
