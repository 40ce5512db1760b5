"""A picture of the user's own inside the page."""

import base64
from pathlib import Path

from convlens.ir.errors import UsageError
from convlens.lang.sentence import Sentence

MAX_BYTES = 4 * 2**20

_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"BM": "image/bmp",
}


def data_uri(path: str | Path) -> str:
    """The file as a ``data:`` address. `UsageError` where it is no PNG, JPEG, GIF, WebP or BMP, or too large for a page."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(Sentence("{path} cannot be read: {reason}", path=str(path), reason=error.strerror or error)) from None
    if len(content) > MAX_BYTES:
        raise UsageError(Sentence("{path} is larger than {size} MiB, too large for a page\n  fix: a smaller picture",
                                  path=str(path), size=MAX_BYTES // 2**20))  # fmt: skip
    return f"data:{_type(content, path)};base64,{base64.b64encode(content).decode('ascii')}"


def _type(content: bytes, path: str | Path) -> str:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    found = next((kind for signature, kind in _SIGNATURES.items() if content.startswith(signature)), None)
    if found is None:
        raise UsageError(Sentence("{path} is not a picture that a browser shows\n  fix: PNG, JPEG, GIF, WebP or BMP",
                                  path=str(path)))  # fmt: skip
    return found
