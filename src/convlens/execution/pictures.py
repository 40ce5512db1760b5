"""Outputs and kernels as pictures."""

from collections.abc import Iterator
from itertools import islice, product
from typing import Any

import numpy as np

from convlens.execution.kernels import Kernel
from convlens.execution.runner import Output
from convlens.ir.errors import UsageError, cut
from convlens.ir.spec import show_shape
from convlens.media.extras import extra
from convlens.media.sample import Array
from convlens.media.sheet import MAX_TILES, sheet
from convlens.media.tiles import DRAWING, Tile, colour_tile, curve_tile, map_tile


def maps_picture(model: str, outputs: list[Output]) -> Any:
    """A contact sheet of the channels of the one output that has maps or curves, of its first sample.

    Of a volume the middle slice is shown. Raises `UsageError` where there is none, or more than one.
    """
    having = [output for output in outputs if 3 <= output.values.ndim <= 5]
    if len(having) != 1:
        shapes = ", ".join(f"{output.name} {show_shape(output.values.shape)}" for output in (having or outputs))
        what = "several outputs are maps" if having else "no output is a map"
        fix = "--layer NAME of a layer whose output is a map, or -o FILE.npy"
        raise UsageError(f"a picture cannot be made: {what}: {shapes}\n  fix: {fix}")
    (output,) = having
    channels, name = output.channels()[0], output.name.removeprefix("output")
    if not channels.size:
        raise UsageError(f"a picture cannot be made: output {output.name} is {show_shape(output.values.shape)}, without values")
    planes = channels[:, channels.shape[1] // 2] if channels.ndim == 4 else channels
    return _sheet([model, name, show_shape(output.values.shape)], _channel_tiles(planes), len(planes), _is_signed(planes))


def filtered_picture(output: Output) -> Any:
    """What a kernel that keeps the brightness makes of a picture, as a picture: values below 0 and above 1 are cut."""
    values = np.rint(np.clip(output.values[0], 0, 1) * 255).astype(np.uint8)
    return extra("PIL.Image", DRAWING).fromarray(values[0] if len(values) == 1 else values.transpose(1, 2, 0))


def is_picture(output: Output, kernel: Kernel | None) -> bool:
    """True for the result of a kernel whose weights add up to 1, on one channel or three."""
    return kernel is not None and kernel.sum == 1 and output.values.ndim == 4 and output.values.shape[1] in (1, 3)


def kernels_picture(model: str, name: str, weights: Array) -> Any:
    """Kernels (out, in, space): in colour where a kernel reads three channels, else a tile for each pair of channels."""
    title = [model, name, show_shape(weights.shape)]
    planes = weights[:, :, weights.shape[2] // 2] if weights.ndim == 5 else weights
    planes = planes[:, :, None] if planes.ndim == 3 else planes
    if planes.shape[1] == 3:
        return _sheet(title, (colour_tile(str(at), part) for at, part in enumerate(planes)), len(planes), signed=False)
    alone, signed = planes.shape[1] == 1, _is_signed(planes)
    pairs = product(range(planes.shape[0]), range(planes.shape[1]))
    tiles = (map_tile(str(out) if alone else f"{out},{into}", planes[out, into], signed=signed) for out, into in pairs)
    return _sheet(title, tiles, planes.shape[0] * planes.shape[1], signed)


def _is_signed(planes: Array) -> bool:
    """Maps with negative values are all shown in the same colours, curves never."""
    return planes.ndim > 2 and bool((planes < 0).any())


def _channel_tiles(planes: Array) -> Iterator[Tile]:
    signed = _is_signed(planes)
    for at, plane in enumerate(planes):
        yield curve_tile(str(at), plane) if plane.ndim == 1 else map_tile(str(at), plane, signed=signed)


def _sheet(title: list[str], tiles: Iterator[Tile], count: int, signed: bool) -> Any:
    shown = list(islice(tiles, MAX_TILES))
    part = [f"({len(shown)}/{count})"] if len(shown) < count else []
    return sheet("   ".join(cut(word, 60) for word in [*title, *part] if word), shown, signed=signed)
