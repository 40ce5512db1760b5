"""Stored rows and kernels as small pictures inside the page."""

from collections.abc import Sequence
from math import ceil
from typing import Any

import numpy as np

from convlens.lang.printable import printable
from convlens.media.colours import diverging, grey
from convlens.pageparts.png import data_uri
from convlens.training.pages.tensors import Array

EDGE = 96
"""A picture with a longer side is made smaller, by whole numbers."""

MAX_WORDS = 80
FIRST_WORD = 2
"""The number of the first word of a vocabulary: 0 is padding, 1 is unknown."""

UNKNOWN = "[?]"
MAX_TILES = 64
MAX_CHANNELS = 16
WAVE = (64, 160)
"""Height and width in pixels of a sound that is drawn as a wave."""


def uri(colours: Array) -> str:
    """Colours (H, W) or (H, W, 3 or 4) of 8 bits as an address."""
    return data_uri(colours.shape[1], colours.shape[0], np.ascontiguousarray(colours).tobytes())


def pixels(row: Array, kind: str) -> Array | None:
    """Colours of one stored row of this kind; None where it cannot be drawn."""
    if kind == "volume" and row.ndim == 4:
        row = row[:, row.shape[1] // 2]
    if kind == "sound" and row.ndim in (1, 2) and min((1, *row.shape)[-2:]) == 1:
        return _wave(row.reshape(-1))
    if row.ndim == 2:
        row = row[None]
    if row.ndim != 3 or not row.size:
        return None
    small = _smaller(row.astype(np.float64))
    if row.dtype != np.uint8:
        small = _spread(small)
    # The lowest band of a spectrogram stands below.
    small = small[:, ::-1] if kind == "sound" else small
    values = np.rint(np.clip(small, 0, 255)).astype(np.uint8)
    drawn: Array = values.transpose(1, 2, 0) if len(values) == 3 else values[0]
    return drawn


def _smaller(row: Array) -> Array:
    """Means of squares of pixels, so that neither side is longer than `EDGE`."""
    channels, height, width = row.shape
    down, across = ceil(height / EDGE), ceil(width / EDGE)
    kept = row[:, : height // down * down, : width // across * across]
    means: Array = kept.reshape(channels, height // down, down, width // across, across).mean(axis=(2, 4))
    return means


def _spread(values: Array) -> Array:
    """From 0, the least, to 255, the greatest; what is not finite counts as zero."""
    filled = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(filled.min()), float(filled.max())
    return (filled - low) * (255 / ((high - low) or 1.0))


def _wave(samples: Array) -> Array | None:
    """The least and the greatest sample of each column, light on dark."""
    if not len(samples):
        return None
    height, width = WAVE
    values = np.nan_to_num(samples.astype(np.float64))
    values = values / (np.abs(values).max() or 1.0)
    pieces = np.array_split(values, min(width, len(values)))
    places = np.linspace(1, -1, height)
    columns = [(places >= piece.min() - 1 / height) & (places <= piece.max() + 1 / height) for piece in pieces]
    return np.where(np.stack(columns, axis=1), np.uint8(235), np.uint8(30))


def sentence(row: Array, preparation: dict[str, Any]) -> str:
    """The words of a text by their numbers, without the padding behind them; a number where the vocabulary has no word."""
    words = _vocabulary(preparation)
    numbers = [int(number) for number in row.reshape(-1)[:4096]]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    texts = [words.get(number, f"#{number}") for number in numbers[:MAX_WORDS]]
    return printable(" ".join(texts)) + (" …" if len(numbers) > MAX_WORDS else "")


def _vocabulary(preparation: dict[str, Any]) -> dict[int, str]:
    """Words by their numbers, which begin behind those of padding and of the unknown word."""
    found = preparation.get("vocabulary")
    words = found if isinstance(found, list) else []
    return {1: UNKNOWN, **{number: str(word)[:100] for number, word in enumerate(words, FIRST_WORD)}}


def kernel_sheet(weights: Array) -> tuple[Array, int] | None:
    """Colours (H, W, 4) of kernels (out, in, ...) beside one another, and how many of them are drawn.

    Kernels over three channels are shown in their colours, all others by sign: blue below zero, grey at zero, orange above.
    Of a kernel over several channels each channel is a tile in its row; of one over an axis all channels make one tile.
    """
    finite = np.nan_to_num(weights, nan=0.0, posinf=0.0, neginf=0.0)
    if finite.ndim == 5:
        finite = finite[:, :, finite.shape[2] // 2]
    top = float(np.abs(finite).max()) if finite.size else 0.0
    if not finite.size or max(finite.shape[2:]) > 256:
        return None
    scaled = finite / (top or 1.0)
    if finite.ndim == 3:
        if finite.shape[1] == 1:
            return _tiled([[diverging(scaled[:MAX_TILES, 0])]]), min(len(finite), MAX_TILES)
        return _rows([diverging(one[:EDGE]) for one in scaled[:MAX_TILES]])
    if finite.shape[1] == 3:
        return _rows([grey((one.transpose(1, 2, 0) + 1) / 2)[..., 0] for one in scaled[:MAX_TILES]])
    if finite.shape[1] == 1:
        return _rows([diverging(one[0]) for one in scaled[:MAX_TILES]])
    drawn = scaled[:MAX_CHANNELS, :MAX_CHANNELS]
    return _tiled([[diverging(channel) for channel in one] for one in drawn]), len(drawn)


def _rows(tiles: Sequence[Array]) -> tuple[Array, int]:
    """About twice as wide as high."""
    height, width = tiles[0].shape[:2]
    across = max(1, min(len(tiles), round((2 * len(tiles) * height / width) ** 0.5)))
    return _tiled([tiles[at : at + across] for at in range(0, len(tiles), across)]), len(tiles)


def _tiled(rows: Sequence[Sequence[Array]]) -> Array:
    """With an empty line between them."""
    height, width = rows[0][0].shape[:2]
    sheet = np.zeros((len(rows) * (height + 1) - 1, max(map(len, rows)) * (width + 1) - 1, 4), dtype=np.uint8)
    for row, tiles in enumerate(rows):
        for column, tile in enumerate(tiles):
            place = (
                slice(row * (height + 1), row * (height + 1) + height),
                slice(column * (width + 1), column * (width + 1) + width),
            )
            sheet[place] = np.concatenate([tile, np.full((height, width, 1), 255, np.uint8)], axis=2)
    return sheet
