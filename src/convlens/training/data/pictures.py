"""Pictures in files: what their headers say, and their pixels as bytes. Nothing large is decoded, and nothing is run."""

import io
import os
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from convlens.ir.errors import UsageError, cut
from convlens.lang.sentence import FirstLine, Sentence
from convlens.media.image import BROKEN, FORMATS, MAX_BYTES, MAX_PIXELS
from convlens.training.data.sources.known import shown

warnings.filterwarnings("ignore", module=r"PIL\.")  # of odd tags; not by catch_warnings, which threads must not use

WORKERS = min(4, os.cpu_count() or 1)
"""Pictures that are decoded at the same time: Pillow lets other threads run meanwhile."""

GREY = ("1", "L", "LA", "La", "I;16", "I;16B", "I;16L", "I;16N", "I")
WIDE = ("PNG", "PPM")
"""Formats of which Pillow opens 16 bits as integers of 32; those of other formats may have any range."""

TURNED = (5, 6, 7, 8)
"""Values of the EXIF tag 0x0112 that swap height and width."""

Source = Path | bytes


class Look(NamedTuple):
    """What a header says: upright height and width, and 1 channel (grey) or 3."""

    height: int
    width: int
    channels: int


def look(source: Source) -> Look:
    """The header alone is read. Raises `UsageError` where the file is no picture, or too large."""
    with opened(source) as image:
        width, height = image.size
        if image.getexif().get(0x0112) in TURNED:
            width, height = height, width
        return Look(height, width, 1 if image.mode in GREY else 3)


def decoded(source: Source, channels: int, size: tuple[int, int]) -> Tensor:
    """uint8 (channels, *size): upright, transparency laid on white, the middle cut to the wanted shape, then scaled.

    Scaling averages over all pixels that a new one covers (Pillow's antialiased bilinear filter). Raises `UsageError`.
    """
    with opened(source) as image:
        image.draft(None, (2 * max(size), 2 * max(size)))  # a large JPEG is decoded at a fraction, still twice what is wanted
        image.load()
        upright = _plain(ImageOps.exif_transpose(image), image.format, channels)
        fitted = ImageOps.fit(upright, (size[1], size[0]), Image.Resampling.BILINEAR)
        values = np.array(fitted, dtype=np.uint8)
    return torch.from_numpy(values[None] if channels == 1 else np.ascontiguousarray(values.transpose(2, 0, 1)))


def all_decoded(sources: Sequence[Source], channels: int, size: tuple[int, int]) -> Tensor:
    """uint8 (N, channels, *size). Raises one `UsageError` for all that are broken."""
    held = torch.empty((len(sources), channels, *size), dtype=torch.uint8)

    def put(at: int) -> str:
        try:
            held[at] = decoded(sources[at], channels, size)
        except UsageError as error:
            fault: str = error.args[0]
            return fault
        return ""

    with ThreadPoolExecutor(WORKERS) as pool:
        refuse_broken([text for text in pool.map(put, range(len(sources))) if text], len(sources))
    return held


def refuse_broken(faults: Sequence[str], count: int) -> None:
    """One message where pictures are broken: how many, and what is wrong with the first."""
    if not faults:
        return
    if count == 1:
        raise UsageError(faults[0])
    raise UsageError(
        Sentence(
            "{broken} of {count} pictures cannot be used; the first: {first}\n  fix: replace them or take them away",
            broken=len(faults), count=count, first=FirstLine(faults[0]),
        )
    )  # fmt: skip


@contextmanager
def opened(source: Source) -> Iterator[Any]:
    """The picture with its header read. Raises `UsageError` for whatever Pillow trips over, then and while it is used."""
    name = shown(source) if isinstance(source, Path) else Sentence("the picture")
    try:
        size = source.stat().st_size if isinstance(source, Path) else len(source)
        _check(name, size, MAX_BYTES, Sentence("bytes"))
        file = source if isinstance(source, Path) else io.BytesIO(source)
        with Image.open(file, formats=FORMATS) as image:
            _check(name, image.size[0] * image.size[1], MAX_PIXELS, Sentence("pixels"))
            yield image
    except (*BROKEN, Image.DecompressionBombError) as error:
        raise UsageError(
            Sentence("{name} is not a picture that can be read: {reason}", name=name, reason=_why(source, error))
        ) from None


def _why(source: Source, error: Exception) -> str:
    if isinstance(source, Path) and source.is_file() and not source.stat().st_size:
        return Sentence("it is empty")
    if error.args and isinstance(error.args[0], Sentence):
        return error.args[0]
    if type(error).__name__ == "UnidentifiedImageError":
        return Sentence("it begins like none of {formats}", formats=", ".join(FORMATS))
    return cut(getattr(error, "strerror", None) or str(error) or type(error).__name__)


def _check(name: str, have: int, most: int, unit: str) -> None:
    if have > most:
        raise UsageError(
            Sentence(
                "{name}: {have} {unit}; at most {most} are read\n  fix: make it smaller",
                name=name,
                have=have,
                unit=unit,
                most=most,
            )
        )


def _plain(image: Image.Image, form: str, channels: int) -> Image.Image:
    """Of mode L or RGB. 16 bits are brought to 8; grey of colours is their luminance (ITU-R BT.601)."""
    if image.mode == "F" or (image.mode == "I" and form not in WIDE):
        raise ValueError(Sentence("its 32-bit values say no range"))
    if image.mode.startswith("I"):
        wide = np.asarray(image).astype(np.float32) / 257
        image = Image.fromarray(np.rint(wide.clip(0, 255)).astype(np.uint8))
    if image.has_transparency_data:
        over = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", over.size, "white"), over)
    return image.convert("L" if channels == 1 else "RGB")
