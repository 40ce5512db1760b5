"""One channel of a result as a small picture."""

from typing import Any, NamedTuple

import numpy as np

from convlens.lang.sentence import Sentence
from convlens.media.colours import grey, shown
from convlens.media.extras import extra
from convlens.media.sample import Array, span

DRAWING = Sentence("drawing pictures")
CURVE_HEIGHT = 80
CURVE_WIDTH = 300
INK = (28, 72, 140)
AXIS = (150, 150, 150)
PAPER = (255, 255, 255)


class Tile(NamedTuple):
    """Colours (H, W, 3) of 8 bits, and what stands below them; ``exact`` says that the pixels are to stay as they are."""

    colours: Array
    legend: str
    exact: bool = False


def map_tile(channel: str, values: Array, *, signed: bool) -> Tile:
    """A map (H, W), every value one pixel."""
    return Tile(shown(values, signed=signed), legend(channel, values))


def curve_tile(channel: str, values: Array) -> Tile:
    """A signal (T,): in each column a line from the least to the greatest value that falls there, and the zero line."""
    width = min(CURVE_WIDTH, len(values))
    width *= max(1, CURVE_WIDTH // (2 * width))
    filled = np.where(np.isfinite(values), values, 0).astype(np.float64)
    low, high = min(0.0, float(filled.min())), max(0.0, float(filled.max()))
    rows = np.rint((high - filled) / ((high - low) or 1.0) * (CURVE_HEIGHT - 1)).astype(int)
    picture = np.full((CURVE_HEIGHT, width, 3), PAPER, dtype=np.uint8)
    picture[round(high / ((high - low) or 1.0) * (CURVE_HEIGHT - 1))] = AXIS
    for column in range(width):
        first, last = column * len(rows) // width, -(-(column + 1) * len(rows) // width)
        part = rows[max(0, first - 1) : max(last, first + 1)]
        picture[part.min() : part.max() + 1, column] = INK
    return Tile(picture, legend(channel, values), exact=True)


def colour_tile(channel: str, values: Array) -> Tile:
    """A kernel (3, H, W) of a picture's three channels: mid-grey is zero, the greatest magnitude is full colour."""
    most = float(np.abs(values).max()) or 1.0
    unit = (values / most + 1) / 2
    return Tile(np.stack([grey(plane)[..., 0] for plane in unit], axis=-1), legend(channel, values))


def legend(channel: str, values: Array) -> str:
    """The channel and its range; in figures alone, so that it reads the same in every language.

    >>> legend("12", np.array([-0.25, 3.0]))
    '12: -0.25 … 3'
    """
    found = span(values)
    if found["min"] is None:
        return f"{channel}: nan"
    return f"{channel}: {found['min']:.3g} … {found['max']:.3g}"


def sized(tile: Tile, edge: int) -> Any:
    """A Pillow image whose longer side is about ``edge``: pixels repeated where it is smaller, averaged where it is larger."""
    pillow = extra("PIL.Image", DRAWING)
    image, longest = pillow.fromarray(tile.colours), max(tile.colours.shape[:2])
    if tile.exact:
        return image
    if longest <= edge:
        times = edge // longest
        return image.resize((image.width * times, image.height * times), pillow.Resampling.NEAREST)
    size = (max(1, round(image.width * edge / longest)), max(1, round(image.height * edge / longest)))
    return image.resize(size, pillow.Resampling.BOX)
