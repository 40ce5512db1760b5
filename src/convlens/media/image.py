"""A picture file becomes an array (C, H, W) of 0 to 1: one channel or three, upright, without transparency."""

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from convlens.ir.errors import UsageError, cut
from convlens.lang.messages import marked
from convlens.lang.sentence import Sentence
from convlens.media.extras import extra
from convlens.media.sample import Array, Sample, Step

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "PPM")
"""Only these of Pillow's readers are used: none of them starts another program, as that for PostScript does."""

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm")

MAX_PIXELS = 1 << 25
"""8192 x 4096; checked from the header, before anything is decoded."""

MAX_BYTES = 1 << 29
"""The largest file that is opened."""


BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, ArithmeticError, LookupError, TypeError, AttributeError, struct.error, zlib.error
)  # fmt: skip


def read_image(path: Path) -> Sample:
    """The first picture of a file. Raises `UsageError` where it is too large, cut off, or no picture.

    8 and 16 bits are scaled to 0..1; a 32-bit picture says no range, so its values stay as they are. What is turned by its
    EXIF tag is turned upright; a palette, CMYK and the like become RGB by Pillow's plain formula, without a colour profile.
    """
    opener = extra("PIL.Image", Sentence("reading pictures"))
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise UsageError(
            Sentence("{path}: {size} bytes; a picture of at most {most} bytes is read", path=path, size=size, most=MAX_BYTES)
        )
    with _refusing(path, opener), opener.open(path, formats=FORMATS) as image:
        _check_size(path, *image.size)
        about = {"format": image.format, "mode": image.mode, "height": image.height, "width": image.width}
        steps = list(_steps_of_the_file(image))
        image.load()
        upright = extra("PIL.ImageOps", Sentence("reading pictures")).exif_transpose(image)
        if upright.size != image.size or image.getexif().get(0x0112, 1) not in (0, 1):
            steps.append(Step("turn", marked("turned upright as its EXIF tag says")))
        values, more = _channels(upright)
    return Sample(str(path), "picture", values, about, (*steps, *more))


@contextmanager
def _refusing(path: Path, pillow: Any) -> Iterator[None]:
    """Pillow's readers raise these for files that are broken in one way or another."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (*BROKEN, pillow.DecompressionBombError) as error:
        raise UsageError(Sentence("{name} is not a picture that can be read: {reason}", name=path, reason=_why(error))) from None


def _why(error: Exception) -> str:
    if type(error).__name__ == "UnidentifiedImageError":
        return Sentence("it begins like none of {formats}", formats=", ".join(FORMATS))
    return cut(str(error) or type(error).__name__)


def _check_size(path: Path, width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise UsageError(
            Sentence(
                "{path}: {height} x {width} = {pixels} pixels; a picture of at most {most} is decoded\n"
                "  fix: make it smaller with a program for pictures",
                path=path, height=height, width=width, pixels=height * width, most=MAX_PIXELS,
            )
        )  # fmt: skip


def _steps_of_the_file(image: "Image") -> Iterator[Step]:
    frames = getattr(image, "n_frames", 1)
    if frames > 1:
        yield Step("frame", marked("the first of its {frames} pictures"), {"frames": frames})
    packed = " ".join(str(tile[3]) for tile in getattr(image, "tile", []))
    if ";16" in packed and not image.mode.startswith("I"):
        yield Step("depth", marked("8 of its 16 bits are used"))


def _channels(image: "Image") -> tuple[Array, list[Step]]:
    """Values (C, H, W) and what was done for them."""
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PNG"):
        return _planes(np.asarray(image).astype(np.float32) / 65535), []
    if image.mode in ("I", "F"):
        return _planes(np.asarray(image).astype(np.float32)), [Step("range", marked("32-bit values taken as they are"))]
    if image.has_transparency_data:
        return _without_alpha(image)
    if image.mode in ("1", "L"):
        return _planes(_unit(image.convert("L"))), []
    steps = [Step("mode", marked("{mode} converted to RGB"), {"mode": image.mode})] if image.mode != "RGB" else []
    return _planes(_unit(image.convert("RGB"))), steps


def _without_alpha(image: "Image") -> tuple[Array, list[Step]]:
    grey = image.mode in ("L", "LA", "La", "1")
    values = _unit(image.convert("LA" if grey else "RGBA"))
    alpha = values[..., -1:]
    steps = [Step("mode", marked("{mode} converted to RGB"), {"mode": image.mode})] if image.mode in ("P", "PA") else []
    if alpha.min() == 1:
        return _planes(values[..., :-1]), [*steps, Step("alpha", marked("its alpha channel, opaque everywhere, left out"))]
    shown = values[..., :-1] * alpha + (1 - alpha)
    return _planes(shown), [*steps, Step("alpha", marked("its transparent parts laid on white"))]


def _unit(image: "Image") -> Array:
    return np.asarray(image).astype(np.float32) / 255


def _planes(values: Array) -> Array:
    """(H, W) or (H, W, C) to (C, H, W)."""
    return np.ascontiguousarray(values[None] if values.ndim == 2 else values.transpose(2, 0, 1))
