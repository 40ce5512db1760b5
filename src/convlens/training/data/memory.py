"""How much memory may be taken."""

import os
from pathlib import Path


def available_bytes(meminfo: Path = Path("/proc/meminfo")) -> int:
    """Bytes that may be taken without swapping; half of the machine's memory where the system does not say."""
    try:
        lines = meminfo.read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError, IndexError):
        return _half()


def processes() -> int:
    """Processes of this training on this machine, each of which holds the data; torchrun says so."""
    said = os.environ.get("LOCAL_WORLD_SIZE", "1")
    return max(int(said), 1) if said.isdecimal() and said.isascii() else 1


def _half() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (AttributeError, ValueError, OSError):
        return 1 << 31
