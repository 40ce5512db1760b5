"""A WAV file becomes an array (C, T) of -1 to 1."""

import io
from pathlib import Path

import numpy as np

from convlens.ir.errors import UsageError, cut
from convlens.lang.sentence import Sentence
from convlens.media.extras import extra
from convlens.media.riff import claims_of
from convlens.media.sample import Sample

MAX_BYTES = 1 << 29
"""The largest file that is read: 51 minutes of 16-bit stereo at 44,100 Hz."""


def read_sound(path: Path, content: bytes | None = None) -> Sample:
    """All channels of a WAV file, PCM of 8 to 32 bits or float.

    Whole numbers are divided by the greatest magnitude of their width (32768 for 16 bits). Raises `UsageError` where the
    header contradicts the file, before anything is decoded. ``content`` stands for that of the file, which is not opened then.
    """
    size = path.stat().st_size if content is None else len(content)
    if size > MAX_BYTES:
        raise UsageError(
            Sentence("{path}: {size} bytes; a sound of at most {most} bytes is read", path=path, size=size, most=MAX_BYTES)
        )
    claims = claims_of(path, content)
    soundfile = extra("soundfile", Sentence("reading sounds"))
    try:
        # soundfile itself takes no name with bytes that are not UTF-8
        with path.open("rb") if content is None else io.BytesIO(content) as file:
            values, rate = soundfile.read(file, dtype="float32", always_2d=True)
    except (RuntimeError, ValueError, TypeError) as error:
        raise UsageError(
            Sentence("{path} is not a sound that can be read: {reason}", path=path, reason=cut(str(error)))
        ) from None
    if claims.frames is not None and len(values) != claims.frames:
        raise UsageError(
            Sentence(
                "{path}: its header claims {frames} frames, but {count} could be read",
                path=path, frames=claims.frames, count=len(values),
            )
        )  # fmt: skip
    if not values.size:
        raise UsageError(Sentence("{path} holds no sound", path=path))
    about = {"format": "WAV", "rate": int(rate), "bits": claims.bits, "channels": values.shape[1], "frames": len(values)}
    return Sample(str(path), "sound", np.ascontiguousarray(values.T), about)
