"""The bytes of a file, plain or .gz, never more than were asked for."""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence
from convlens.training.data.sources.known import shown

CHUNK = 1 << 20

BEST_RATIO = 1032
"""One byte of deflate makes at most so many (RFC 1951: 258 bytes for two bits)."""


@contextmanager
def unpacked(path: Path) -> Iterator[IO[bytes]]:
    """The file's content, decompressed where it begins as gzip does. Raises `UsageError` where it cannot be read."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            if not packed:
                yield file
                return
            with gzip.GzipFile(fileobj=file) as inner:
                yield cast("IO[bytes]", inner)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(Sentence("{path} cannot be read: {reason}", path=shown(path), reason=reason)) from None


def exactly(file: IO[bytes], count: int, path: Path) -> bytearray:
    """``count`` bytes. Memory grows with what is there, not with what was claimed. Raises `UsageError` where there are fewer."""
    held = bytearray()
    while len(held) < count:
        chunk = file.read(min(CHUNK, count - len(held)))
        if not chunk:
            raise UsageError(
                Sentence(
                    "{path} is cut off: {want} bytes should follow, {have} do\n  fix: fetch the file again",
                    path=shown(path),
                    want=count,
                    have=len(held),
                )
            )
        held += chunk
    return held


def most_bytes(path: Path) -> int:
    """What the file can hold at most, unpacked: known before a byte of it is."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return path.stat().st_size * (BEST_RATIO if packed else 1)


class Bounded(io.RawIOBase):
    """A file of which only so many bytes are read in all, so that a bomb ends early."""

    def __init__(self, file: IO[bytes], most: int, path: Path) -> None:
        super().__init__()
        self.file, self.left, self.most, self.path = file, most, most, path

    def read(self, count: int = -1) -> bytes:
        data = self.file.read(count)
        self.left -= len(data)
        if self.left < 0:
            raise UsageError(
                Sentence("{path} unpacks to more than {most} bytes, so it is not read", path=shown(self.path), most=self.most)
            )
        return data
