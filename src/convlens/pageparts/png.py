"""A PNG of few pixels, without a library. Source: PNG Specification, third edition, W3C 2025, sections 5 and 11."""

import zlib
from base64 import b64encode
from struct import pack

COLOUR_TYPES = {1: 0, 3: 2, 4: 6}
"""By bytes of a pixel: grey, red-green-blue, and that with opacity."""


def png(width: int, height: int, pixels: bytes) -> bytes:
    """Rows from above, 1 (grey), 3 (RGB) or 4 (RGBA) bytes a pixel. Raises `ValueError` for any other number of bytes.

    >>> len(png(2, 1, bytes([0, 255]))), png(1, 1, b"x")[:4]
    (68, b'\\x89PNG')
    """
    depth, rest = divmod(len(pixels), max(width * height, 1))
    if rest or depth not in COLOUR_TYPES:
        raise ValueError(f"{len(pixels)} bytes are no picture of {width} x {height}")
    row = width * depth
    lines = b"".join(b"\0" + pixels[at * row : (at + 1) * row] for at in range(height))
    head = pack(">IIBBBBB", width, height, 8, COLOUR_TYPES[depth], 0, 0, 0)
    parts = (b"IHDR", head), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def data_uri(width: int, height: int, pixels: bytes) -> str:
    """The same as an address that a page shows without asking for anything."""
    return f"data:image/png;base64,{b64encode(png(width, height, pixels)).decode('ascii')}"


def _chunk(kind: bytes, content: bytes) -> bytes:
    return pack(">I", len(content)) + kind + content + pack(">I", zlib.crc32(kind + content))
