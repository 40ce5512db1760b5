"""A WAV file becomes an array (C, T) of -1 to 1."""

import io
from pathlib import Path

import numpy as np

from convlens.ir.errors import UsageError, cut
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
        raise UsageError(f"{path}: {size} bytes; a sound of at most {MAX_BYTES} bytes is read")
    claims = claims_of(path, content)
    soundfile = extra("soundfile", "reading sounds")
    try:
        # soundfile itself takes no name with bytes that are not UTF-8
        with path.open("rb") if content is None else io.BytesIO(content) as file:
            values, rate = soundfile.read(file, dtype="float32", always_2d=True)
    except (RuntimeError, ValueError, TypeError) as error:
        raise UsageError(f"{path} is not a sound that can be read: {cut(str(error))}") from None
    if claims.frames is not None and len(values) != claims.frames:
        raise UsageError(f"{path}: its header claims {claims.frames} frames, but {len(values)} could be read")
    if not values.size:
        raise UsageError(f"{path} holds no sound")
    about = {"format": "WAV", "rate": int(rate), "bits": claims.bits, "channels": values.shape[1], "frames": len(values)}
    return Sample(str(path), "sound", np.ascontiguousarray(values.T), about)
