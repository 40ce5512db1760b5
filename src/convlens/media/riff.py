"""What the header of a WAV file claims, held against the file before anything is decoded.

Source: Multimedia Programming Interface and Data Specifications 1.0 (IBM, Microsoft 1991), chapter 3.
"""

import io
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence

MAX_CHUNKS = 1000
MAX_CHANNELS = 64
PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE


class Claims(NamedTuple):
    """``frames`` is None where a compressed coding hides it."""

    channels: int
    rate: int
    bits: int
    frames: int | None


def claims_of(path: Path, content: bytes | None = None) -> Claims:
    """The claims of a RIFF WAVE file; `UsageError` where they contradict one another or the file's length.

    ``content`` stands for that of the file, which is not opened then.
    """
    size = path.stat().st_size if content is None else len(content)
    with path.open("rb") if content is None else io.BytesIO(content) as file:
        start = file.read(12)
        if start[:4] != b"RIFF" or start[8:] != b"WAVE":
            raise UsageError(Sentence("{path} is not a WAV file: it does not begin with RIFF ... WAVE", path=path))
        claims = None
        for name, length, place in _chunks(path, file, size):
            if name == b"fmt ":
                claims = _layout(path, file.read(min(length, 40)))
            if name == b"data":
                if claims is None:
                    raise UsageError(Sentence("{path} is not a WAV file: its data come before their format", path=path))
                return _counted(path, claims, length, size - place)
    raise UsageError(Sentence("{path} is not a WAV file: it has no data", path=path))


def _chunks(path: Path, file: IO[bytes], size: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, length and place of each chunk; the file stands behind its head."""
    place = 12
    for _ in range(MAX_CHUNKS):
        if place + 8 > size:
            return
        file.seek(place)
        name, length = struct.unpack("<4sI", file.read(8))
        yield name, length, place + 8
        place += 8 + length + length % 2
    raise UsageError(Sentence("{path}: more than {most} chunks before its data", path=path, most=MAX_CHUNKS))


def _layout(path: Path, head: bytes) -> Claims:
    if len(head) < 16:
        raise UsageError(
            Sentence("{path} is not a WAV file: its format takes {size} bytes, at least 16 are needed", path=path, size=len(head))
        )
    coding, channels, rate, _, block, bits = struct.unpack("<HHIIHH", head[:16])
    if coding == EXTENSIBLE and len(head) >= 26:
        (coding,) = struct.unpack("<H", head[24:26])
    if not 1 <= channels <= MAX_CHANNELS or not rate:
        raise UsageError(
            Sentence(
                "{path}: {channels} channels at {rate} Hz; 1 to {most} channels at 1 Hz or more are read",
                path=path, channels=channels, rate=rate, most=MAX_CHANNELS,
            )
        )  # fmt: skip
    if coding not in (PCM, FLOAT):
        return Claims(channels, rate, bits, None)
    if block != channels * ((bits + 7) // 8) or not bits:
        raise UsageError(
            Sentence(
                "{path}: {channels} channels of {bits} bits do not take {block} bytes a frame, as its header says",
                path=path, channels=channels, bits=bits, block=block,
            )
        )  # fmt: skip
    return Claims(channels, rate, bits, 0)


def _counted(path: Path, claims: Claims, length: int, there: int) -> Claims:
    if length > there:
        raise UsageError(
            Sentence(
                "{path}: its header claims {length} bytes of sound, but {there} follow\n  fix: save it again",
                path=path, length=length, there=there,
            )
        )  # fmt: skip
    if claims.frames is None:
        return claims
    return claims._replace(frames=length // (claims.channels * ((claims.bits + 7) // 8)))
