"""Whether the line of the user's code that makes each layer is wanted: it costs a sixth of a capture, so only some ask."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_WANTED = ContextVar("wanted", default=False)


@contextmanager
def with_lines() -> Iterator[None]:
    """Networks that are captured in here know where each node was written.

    >>> with with_lines():
    ...     lines_wanted()
    True
    >>> lines_wanted()
    False
    """
    token = _WANTED.set(True)
    try:
        yield
    finally:
        _WANTED.reset(token)


def lines_wanted() -> bool:
    return _WANTED.get()
