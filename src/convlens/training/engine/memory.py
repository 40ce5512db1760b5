"""Memory that a step frees is kept for the next one, which needs the same again."""

import ctypes
import os

TRIM_THRESHOLD, TOP_PAD, MMAP_THRESHOLD = -1, -2, -3
"""Parameters of glibc's mallopt(3)."""

_SETTINGS = {MMAP_THRESHOLD: 1 << 30, TRIM_THRESHOLD: (1 << 31) - 1, TOP_PAD: 1 << 28}
"""Bytes: below the first, blocks come from the heap; it shrinks when more than the second is free; it grows by the third."""


def keep_freed_memory() -> bool:
    """Let this process keep the memory it has freed, in large pages where the system gives them; true where that was done.

    By default glibc returns every block above some megabytes to the system when it is freed, and each step pays for the
    pages again: they are taken, cleared and mapped anew. A training then takes as much memory as it ever needed until its
    process ends. A system without glibc is left as it is, and so is a value that the environment gives
    (``MALLOC_MMAP_THRESHOLD_``, ``THP_MEM_ALLOC_ENABLE``). Sources: mallopt(3); PyTorch, ``c10/core/impl/alloc_cpu.cpp``.
    """
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")  # PyTorch reads it when it first needs a large block
    if any(name.startswith("MALLOC_") for name in os.environ):
        return False
    try:
        set_option = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    done = [set_option(option, ctypes.c_int(value)) for option, value in _SETTINGS.items()]
    return all(done)
