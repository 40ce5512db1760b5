"""A contact sheet: all channels of a result in one picture, on a light background, each with its number and range."""

from collections.abc import Sequence
from math import ceil, sqrt
from typing import Any

import numpy as np

from convlens.media.colours import diverging
from convlens.media.extras import extra
from convlens.media.tiles import DRAWING, Tile, sized

MAX_TILES = 256
EDGES = ((1, 640), (4, 360), (16, 224), (64, 128), (MAX_TILES, 96))
"""Up to so many tiles, the longer side of each in pixels."""

BACKGROUND, TEXT, FRAME = (250, 250, 248), (34, 34, 34), (176, 176, 176)
MARGIN, GAP, FONT, TITLE_FONT = 16, 12, 13, 16
BAR = (240, 12)


def sheet(title: str, tiles: Sequence[Tile], *, signed: bool) -> Any:
    """A Pillow image of these tiles under a title; where they are ``signed``, with the scale of the colours."""
    edge = next(edge for count, edge in EDGES if len(tiles) <= count)
    images = [sized(tile, edge) for tile in tiles]
    fonts = extra("PIL.ImageFont", DRAWING)
    small, large = fonts.load_default(FONT), fonts.load_default(TITLE_FONT)
    width = max([image.width for image in images] + [ceil(small.getlength(tile.legend)) for tile in tiles])
    height = max(image.height for image in images)
    columns = _columns(len(tiles), width + GAP, height + FONT + 8 + GAP)
    rows, head = ceil(len(tiles) / columns), MARGIN + TITLE_FONT + 14 + (BAR[1] + FONT + 14 if signed else 0)
    least = max(ceil(large.getlength(title)), BAR[0] + 60 if signed else 0)
    size = (
        2 * MARGIN + max(columns * (width + GAP) - GAP, least),
        head + rows * (height + FONT + 8 + GAP) + MARGIN - GAP,
    )
    paper = extra("PIL.Image", DRAWING).new("RGB", size, BACKGROUND)
    pen = extra("PIL.ImageDraw", DRAWING).Draw(paper)
    pen.text((MARGIN, MARGIN - 2), title, TEXT, font=large)
    if signed:
        _scale(paper, pen, small)
    for at, (tile, image) in enumerate(zip(tiles, images, strict=True)):
        left, top = MARGIN + at % columns * (width + GAP), head + at // columns * (height + FONT + 8 + GAP)
        pen.rectangle((left - 1, top - 1, left + image.width, top + image.height), outline=FRAME)
        paper.paste(image, (left, top))
        pen.text((left, top + image.height + 4), tile.legend, TEXT, font=small)
    return paper


def _columns(count: int, width: int, height: int) -> int:
    """So many that the sheet is about four thirds as wide as high.

    >>> _columns(6, 100, 100), _columns(1, 100, 100), _columns(64, 100, 120)
    (3, 1, 10)
    """
    return max(1, min(count, round(sqrt(count * 4 / 3 * height / width))))


def _scale(paper: Any, pen: Any, font: Any) -> None:
    """The colours from the lowest to the highest value of a tile, zero in the middle."""
    left, top = MARGIN, MARGIN + TITLE_FONT + 10
    row = diverging(np.linspace(-1, 1, BAR[0]))
    bar = extra("PIL.Image", DRAWING).fromarray(np.repeat(row[None], BAR[1], axis=0))
    paper.paste(bar, (left, top))
    pen.rectangle((left - 1, top - 1, left + BAR[0], top + BAR[1]), outline=FRAME)
    for place, mark, anchor in ((0, "-max", "la"), (BAR[0] // 2, "0", "ma"), (BAR[0], "+max", "ra")):
        pen.text((left + place, top + BAR[1] + 3), mark, TEXT, font=font, anchor=anchor)
