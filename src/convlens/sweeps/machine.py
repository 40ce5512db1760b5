"""On what was it measured?"""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import torch


class Machine(NamedTuple):
    """``load`` is how many processes wanted a processor in the last minute, when the measurement began and when it ended."""

    processor: str
    cores: int
    threads: int
    system: str
    torch: str
    python: str
    date: str
    load: tuple[float, float] | None


def machine(load_before: float | None) -> Machine:
    """The machine as it is now."""
    after = load()
    return Machine(
        processor(),
        os.cpu_count() or 1,
        torch.get_num_threads(),
        f"{platform.system()} {platform.machine()}",
        torch.__version__,
        platform.python_version(),
        datetime.now(UTC).date().isoformat(),
        None if load_before is None or after is None else (load_before, after),
    )


def load() -> float | None:
    """The load of the last minute, None where the system does not say."""
    try:
        return round(os.getloadavg()[0], 2)
    except (AttributeError, OSError):
        return None


def processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """The processor's name as Linux has it; elsewhere as Python knows it."""
    lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines() if cpuinfo.is_file() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()


@contextmanager
def threads(count: int | None) -> Iterator[None]:
    """PyTorch computes with so many threads, and afterwards with as many as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
