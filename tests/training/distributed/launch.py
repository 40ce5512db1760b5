"""Processes that train together, started by torchrun as a person starts them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

REPO = Path(__file__).parents[3]
ELASTIC = ("--max-restarts", "3", "--rdzv-backend", "c10d", "--rdzv-endpoint", "127.0.0.1:0")


def environment() -> dict[str, str]:
    """On one machine, one thread a process, and nothing of a launcher that runs the tests."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("SLURM_", "OMPI_", "PMI_", "RANK", "WORLD_"))
    }
    path = os.pathsep.join([str(REPO / "src"), str(REPO)])
    return {**kept, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo", "LC_ALL": "C.UTF-8"}


def torchrun(
    *words: object, processes: int = 2, options: tuple[str, ...] = ELASTIC[2:], cwd: Path | None = None
) -> "subprocess.Popen[str]":
    line = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", str(processes), *options, *map(str, words)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(line, env=environment(), cwd=cwd, text=True, start_new_session=True, **pipes)


def ended(started: "subprocess.Popen[str]", seconds: float = 240) -> tuple[int, str, str]:
    """Exit code, standard output and standard error; nothing is left behind."""
    try:
        out, errors = started.communicate(timeout=seconds)
    finally:
        for pid in (*workers(started.pid), started.pid):
            if started.poll() is None or pid != started.pid:
                kill(pid)
    return started.returncode, out, errors


def kill(pid: int) -> None:
    import signal

    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def workers(parent: int) -> list[int]:
    """The processes that this one started, in the order of their starts, which is that of their ranks."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append((int(fields[19]), int(status.parent.name)))
    return [pid for _, pid in sorted(found)]


def until(true: Callable[[], object], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)
