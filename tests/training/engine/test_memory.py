"""What a step frees is there for the next one: counted by the kernel, in a process of its own."""

import os
import platform
import subprocess
import sys

import pytest

from convlens.training.engine.memory import MMAP_THRESHOLD, _set

BLOCK = 40 << 20  # bytes of a tensor that glibc always returns to the system
STEPS = 20

SCRIPT = f"""
import resource
import sys
if "kept" in sys.argv:
    from convlens.training.engine.memory import keep_freed_memory
    assert keep_freed_memory() is ("given" not in sys.argv)
import torch
def step():
    blocks = [torch.ones({BLOCK} // 4) for _ in range(4)]
for _ in range({STEPS}):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range({STEPS}):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="NO GLIBC: WHETHER FREED MEMORY IS KEPT WAS NOT TESTED")


def faults(*arguments: str, **environment: str) -> int:
    """Pages that the steps of the script had to take from the system."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_", "THP_"))}
    command = [sys.executable, "-c", SCRIPT, *arguments]
    return int(subprocess.run(command, env={**plain, **environment}, check=True, capture_output=True, text=True).stdout)


def test_steps_take_no_new_pages() -> None:
    assert faults("kept") < 50


def test_without_it_they_take_every_page_again() -> None:
    assert faults() > 1000


def test_an_older_glibc_gets_the_threshold_that_it_takes() -> None:
    asked: list[tuple[int, int]] = []

    def older(option: int, value: int) -> bool:
        asked.append((option, value))
        return option != MMAP_THRESHOLD or value <= 32 << 20

    assert _set(older)
    assert (MMAP_THRESHOLD, 32 << 20) in asked


def test_where_no_threshold_is_taken_nothing_else_is_set() -> None:
    asked: list[int] = []
    assert not _set(lambda option, value: bool(asked.append(option)))
    assert set(asked) == {MMAP_THRESHOLD}


def test_a_value_of_the_environment_is_left_as_it_is() -> None:
    assert faults("kept", "given", MALLOC_MMAP_THRESHOLD_="65536") > 1000
