"""Processes that train together, started by torchrun as a person starts them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

REPO = Path(__file__).parents[3]
C10D = ("--rdzv-backend", "c10d", "--rdzv-endpoint", "127.0.0.1:0")
ELASTIC = ("--max-restarts", "5", *C10D)


def environment() -> dict[str, str]:
    """On one machine, one thread a process, and nothing of a launcher that runs the tests."""
    foreign = ("SLURM_", "OMPI_", "PMI_", "RANK", "WORLD_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    path = os.pathsep.join([str(REPO / "src"), str(REPO)])
    return {**kept, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo", "LC_ALL": "C.UTF-8"}


class Started:
    """A torchrun under way. Its outputs go to files: a pipe that nobody reads would stop it when it is full."""

    def __init__(self, line: list[str], cwd: Path) -> None:
        self.outputs = [cwd / "stdout.txt", cwd / "stderr.txt"]
        with self.outputs[0].open("w") as out, self.outputs[1].open("w") as errors:
            self.process = subprocess.Popen(line, env=environment(), cwd=cwd, stdout=out, stderr=errors, start_new_session=True)

    @property
    def over(self) -> bool:
        return self.process.poll() is not None

    def workers(self) -> list[int]:
        """Process numbers in the order of their starts, which is that of their ranks."""
        found = []
        for status in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError, IndexError):  # one that ended meanwhile
                fields = status.read_text(errors="replace").rpartition(")")[2].split()
                if int(fields[1]) == self.process.pid and fields[0] != "Z":
                    found.append((int(fields[19]), int(status.parent.name)))
        return [pid for _, pid in sorted(found)]

    def until(self, true: Callable[[], object], seconds: float = 150) -> None:
        """Wait until it is so, or until all is over."""
        end = time.monotonic() + seconds
        while not self.over and not true():
            if time.monotonic() > end:
                self.end()
                raise AssertionError(self.outputs[1].read_text())
            time.sleep(0.1)

    def ended(self, seconds: float = 240) -> tuple[int, str, str]:
        """Exit code, standard output and standard error."""
        try:
            self.process.wait(seconds)
        finally:
            self.end()
        return self.process.returncode, *(path.read_text() for path in self.outputs)

    def end(self) -> None:
        """Nothing is left behind."""
        for pid in (*self.workers(), *(() if self.over else (self.process.pid,))):
            kill(pid)


def torchrun(*words: object, cwd: Path, processes: int = 2, options: tuple[str, ...] = C10D) -> Started:
    line = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", str(processes), *options, *map(str, words)]
    return Started(line, cwd)


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
