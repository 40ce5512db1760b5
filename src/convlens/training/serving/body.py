"""What was sent, as far as it may be."""

import asyncio

from starlette.requests import Request

MAX_BYTES = 10 * 2**20
SECONDS = 60
"""Within which all must have come: nobody keeps a place by sending slowly."""


class TooLargeError(Exception):
    """More than `MAX_BYTES` were sent, or announced."""


async def body_of(request: Request, most: int = MAX_BYTES) -> bytes:
    """The whole body. It is counted while it comes, so that it need not say how long it is.

    Raises `TooLargeError` as soon as it is longer than ``most``, `TimeoutError` after `SECONDS`.
    """
    stated = request.headers.get("content-length", "0")
    if not stated.isdecimal() or int(stated) > most:
        raise TooLargeError
    held = bytearray()
    async with asyncio.timeout(SECONDS):
        async for chunk in request.stream():
            if len(held) + len(chunk) > most:
                raise TooLargeError
            held += chunk
    return bytes(held)
