"""Where everything stands.

One input channel stands left of its kernels and outputs; several stand side by side, and below each its kernels, so that a row
reads like the sum that it is: kernel, kernel, kernel, bias, output. Groups are lanes from top to bottom, stages too.
"""

from collections.abc import Sequence

from convlens.drawing.page import Page
from convlens.drawing.stage import Block, Lane, Row, Stage

GAP, WIDE_GAP = 16, 36
PAD = 12
"""Between the edge of a group's ground and what stands on it."""

LETTER = 24
"""The column of a group's letter."""


def place_stage(page: Page, one: Stage, top: int) -> int:
    """Everything of a stage from pixel ``top`` on; the pixel below it."""
    y = page.heads(one.heads, top)
    for at, lane in enumerate(one.lanes):
        if at and lane.letter and lane.numbers[0] - one.lanes[at - 1].numbers[-1] > 1:
            page.dots("⋮", page.left + PAD, y)
            y += GAP
        y = _lane(page, lane, y) + (GAP if lane.letter or at + 1 < len(one.lanes) else 0)
    return y


def _lane(page: Page, lane: Lane, top: int) -> int:
    """One group, on its own ground where there are several."""
    if not lane.letter:
        return _matrix(page, lane, page.left, top)[1]
    right, bottom = _matrix(page, lane, page.left + PAD + LETTER, top + PAD // 2)
    page.head(lane.letter, page.left + PAD, (top + bottom) // 2 + 8)
    page.band(page.left, top, right + PAD - page.left, bottom + PAD - top)
    return bottom + PAD


def _matrix(page: Page, lane: Lane, left: int, top: int) -> tuple[int, int]:
    """The images above or left of the rows; the right and the lower edge of all."""
    above = len(lane.images) > 1 or len(lane.images[0]) > 1
    heights = [_row_height(page, row) for row in lane.rows]
    if not above:
        width, height = page.size(lane.images[0])
        tall = max(height, sum(heights) + GAP * (len(heights) - 1))
        page.block(lane.images[0], left, top + (tall - height) // 2)
        first, start = [left + width + WIDE_GAP], top + (tall - sum(heights) - GAP * (len(heights) - 1)) // 2
        columns = [max([page.size(row.kernels[0])[0] for row in lane.rows if row.kernels], default=0)]
        right = _rows(page, lane.rows, heights, (first, columns), start)
        return right, top + tall
    columns, first, height = _columns(page, lane, left)
    bottom = top
    for at, (block, x, width) in enumerate(zip(lane.images, first, columns, strict=True)):
        bottom = max(bottom, page.block(block, x + (width - page.size(block)[0]) // 2, top))
        if at and lane.numbers[at] - lane.numbers[at - 1] > 1:
            page.dots("⋯", x - WIDE_GAP // 2 - 6, top + height // 2 + 12)
    right = _rows(page, lane.rows, heights, (first, columns), bottom + GAP)
    edge = max(right, first[-1] + columns[-1])
    return edge, bottom + sum(heights) + GAP * len(heights)


def _columns(page: Page, lane: Lane, left: int) -> tuple[list[int], list[int], int]:
    """The widths of the columns of channels, where each begins, and the height of the images."""
    widths, firsts, x = [], [], left
    for at, image in enumerate(lane.images):
        blocks = [image, *(row.kernels[at] for row in lane.rows if row.kernels)]
        jump = at and lane.numbers[at] - lane.numbers[at - 1] > 1
        x += (WIDE_GAP if jump else GAP) if at else 0
        widths.append(max(page.size(block)[0] for block in blocks))
        firsts.append(x)
        x += widths[-1]
    return widths, firsts, max(page.size(image)[1] for image in lane.images)


def _row_height(page: Page, row: Row) -> int:
    return max(page.size(block)[1] for block in (*row.kernels, row.bias, row.output))


def _rows(page: Page, rows: Sequence[Row], heights: Sequence[int], columns: tuple[Sequence[int], Sequence[int]], top: int) -> int:
    """Kernels below their images, then bias and output; the right edge."""
    firsts, widths = columns
    end = firsts[-1] + widths[-1] if rows[0].kernels else firsts[0] - WIDE_GAP
    before = end + max(GAP + page.size(row.bias)[0] if row.bias else 0 for row in rows)
    right, number = end, rows[0].number
    for row, height in zip(rows, heights, strict=True):
        if row.number - number > 1:
            page.dots("⋮", firsts[0] + widths[0] // 2, top - 2)
        for block, x, width in zip(row.kernels, firsts, widths, strict=False):
            _middle(page, block, x + (width - page.size(block)[0]) // 2, top, height)
        if row.bias:
            _middle(page, row.bias, end + GAP, top, height)
        right = max(right, _middle(page, row.output, before + WIDE_GAP, top, height))
        top, number = top + height + GAP, row.number
    return right


def _middle(page: Page, block: Block, x: int, top: int, height: int) -> int:
    """A block in the middle of its row; its right edge."""
    width, own = page.size(block)
    page.block(block, x, top + (height - own) // 2)
    return x + width
