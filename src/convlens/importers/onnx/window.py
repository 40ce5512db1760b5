"""A file as bytes, of which one block at a time is in memory.

Not mapped: the kernel counts pages that it maps around those that are looked at as memory of the process (half of a
ResNet-50 was measured), and a mapped file that is cut off by another process ends this one.
"""

from typing import BinaryIO, overload

from convlens.ir.errors import UsageError

BLOCK = 1 << 14


class Window:
    """Bytes by index and by slice (without a step), read when they are asked for.

    Raises `UsageError` where the file is shorter than it was.
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._size = size
        self._start = 0
        self._block = b""

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, at: int) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> bytes: ...
    def __getitem__(self, at: int | slice) -> int | bytes:
        if isinstance(at, slice):
            return self._read(at.start, at.stop - at.start)
        offset = at - self._start
        if not 0 <= offset < len(self._block):
            self._start, offset = at, 0
            self._block = self._read(at, min(BLOCK, self._size - at))
        return self._block[offset]

    def _read(self, start: int, count: int) -> bytes:
        self._file.seek(start)
        found = self._file.read(count)
        if len(found) < count:
            raise UsageError(f"the file was cut off at byte {start + len(found)} while it was read")
        return found
