"""The garbage collector, kept out of the way while a report is made."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """No garbage collection inside; afterwards as it was before.

    A network of ten thousand layers is a million objects that all stay alive. Python's collector looks at them again and
    again while they are made, and at all objects of an imported framework with them, and finds nothing.

    >>> with paused():
    ...     gc.isenabled()
    False
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
