"""What a network saw, and what its first layers made of it, as small pictures."""

from math import prod
from typing import Any

import numpy as np
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from convlens.media.colours import diverging, grey
from convlens.media.tiles import curve_tile
from convlens.pageparts.png import data_uri
from convlens.training.features import Maps

MOST_TILES = 32
INPUT_EDGE, TILE_EDGE = 256, 64
"""What has a longer side is made smaller by averages."""

Array = np.ndarray[Any, np.dtype[Any]]


def seen(row: Tensor, kind: str) -> str | None:
    """One stored row as an address; None for a text, and for what is no picture.

    Pixels as they are, a spectrogram from its least value (black) to its greatest (white) with the low sounds below, a wave
    as a curve.
    """
    if kind == "image":
        pixels = _reduced(row.float(), INPUT_EDGE).round().byte().numpy().transpose(1, 2, 0)
        return _uri(pixels if pixels.shape[2] == 3 else pixels[..., :1])
    if kind == "sound" and row.ndim == 2:
        values = _reduced(row[None], INPUT_EDGE)[0].flip(0)
        low, high = float(values.min()), float(values.max())
        return _uri(grey(((values - low) / ((high - low) or 1)).numpy()))
    return _uri(curve_tile("", row.numpy()).colours) if kind == "sound" else None


def tiles(maps: Maps) -> dict[str, Any]:
    """The record of one layer: its name, shape, and a picture of each of the first channels, in one scale of colours.

    Blue is below zero, grey is zero, orange above; ``most`` is the magnitude of the full colours. Of a volume the middle slice.
    """
    values = maps.values.nan_to_num(0, 0, 0)
    most = float(values.abs().max()) if prod(values.shape) else 0.0
    drawn = [_tile(channel / (most or 1)) for channel in values[:MOST_TILES]]
    return {"layer": maps.layer, "shape": list(values.shape), "most": f"{most:.3g}", "tiles": drawn}


def _tile(channel: Tensor) -> str:
    if channel.ndim == 1:
        return _uri(curve_tile("", channel.numpy()).colours)
    plane = channel[channel.shape[0] // 2] if channel.ndim == 3 else channel
    return _uri(diverging(_reduced(plane[None], TILE_EDGE)[0].numpy()))


def _reduced(planes: Tensor, edge: int) -> Tensor:
    """Planes (C, H, W) whose longer side is at most ``edge``."""
    share = max(planes.shape[1:]) / edge
    if share <= 1:
        return planes
    height, width = (max(1, round(side / share)) for side in planes.shape[1:])
    return adaptive_avg_pool2d(planes, (height, width))


def _uri(colours: Array) -> str:
    return data_uri(colours.shape[1], colours.shape[0], np.ascontiguousarray(colours).tobytes())
