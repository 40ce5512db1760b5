"""Memory that a step frees is kept for the next one, which needs the same again."""

import ctypes
import os
from collections.abc import Callable

TRIM_THRESHOLD, TOP_PAD, MMAP_THRESHOLD = -1, -2, -3
"""Parameters of glibc's mallopt(3)."""

_FROM_HEAP = (1 << 30, 1 << 25)
"""Bytes below which blocks come from the heap: before version 2.35 glibc takes 32 MiB at most."""

_KEPT, _GROWTH = (1 << 31) - 1, 1 << 28
"""Bytes that must be free before the heap shrinks, and by how many it grows."""


def keep_freed_memory() -> bool:
    """Let this process keep the memory it has freed, in large pages where the system gives them; true where that was done.

    By default glibc returns every block above some megabytes to the system when it is freed, and each step pays for the
    pages again: they are taken, cleared and mapped anew. A training then takes as much memory as it ever needed until its
    process ends. A system without glibc is left as it is, and so is what the environment says of the same matters.
    Sources: mallopt(3); PyTorch, ``c10/core/impl/alloc_cpu.cpp``.
    """
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")  # PyTorch reads it when it first needs a large block
    if _is_said():
        return False
    try:
        set_option = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return _set(lambda option, value: bool(set_option(option, ctypes.c_int(value))))


def _is_said() -> bool:
    names = ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "MALLOC_TOP_PAD_")
    return any(name in os.environ for name in names) or "glibc.malloc." in os.environ.get("GLIBC_TUNABLES", "")


def _set(set_option: Callable[[int, int], bool]) -> bool:
    """The others only where the threshold was taken: each of them ends glibc's own choice of a threshold."""
    if not any(set_option(MMAP_THRESHOLD, value) for value in _FROM_HEAP):
        return False
    return set_option(TRIM_THRESHOLD, _KEPT) and set_option(TOP_PAD, _GROWTH)
