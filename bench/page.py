"""Measure everything and write ``docs/speed.md``: ``make bench``, or ``python -m bench.page [rounds]``."""

import os
import platform
import statistics
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import torch

from bench import cold_start, live_module
from bench.live_module import FORWARD, NETWORKS, OURS, ROUNDS, Seconds, Sized
from bench.peers import PACKAGES, PEERS

PAGE = Path(__file__).parents[1] / "docs" / "speed.md"
REAL = (FORWARD, *(name for name, (_, device) in PEERS.items() if device != "meta"))
META = tuple(name for name, (_, device) in PEERS.items() if device == "meta")


class Figures(NamedTuple):
    """All that was measured, and where and when."""

    machine: str
    date: str
    versions: Mapping[str, str]
    networks: Mapping[str, Seconds]
    sizes: Sequence[Sized]
    starts: Mapping[str, Sequence[float]]


def page(figures: Figures) -> str:
    """The page as Markdown."""
    versions = ", ".join(f"{name} {number}" for name, number in figures.versions.items())
    return f"""\
# Speed

Written by `make bench` on {figures.date}; {figures.machine}; {versions}.

## Summary of a live PyTorch module

CPU milliseconds, medians of turns taken in one run, and how many times convlens's own. Batch 1, PyTorch on one thread.
convlens gives output shapes, parameters, MACs, receptive fields and memory of every layer; the peers give what they are
known for, most of them less. They run the module, really or on the meta device:

{_networks(figures.networks, REAL)}

On a model that was made on the meta device:

{_networks(figures.networks, META)}

## The same network, larger

ResNet-50: the cost depends neither on the batch nor on the size. Memory is the most that Python held beside the model.

{_sizes(figures.sizes)}

## Cold start

Seconds of a whole process, modules compiled before, medians (least to most).

{_starts(figures.starts)}
"""


def _networks(networks: Mapping[str, Seconds], peers: Sequence[str]) -> str:
    rows = [[name, _ms(found[OURS]), *(_beside(found, peer) for peer in peers)] for name, found in networks.items()]
    return _table(["network", OURS, *(peer.removesuffix(", meta") for peer in peers)], rows)


def _beside(found: Seconds, peer: str) -> str:
    return f"{_ms(found[peer])} ({found[peer] / found[OURS]:.1f}x)"


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.1f}"


def _sizes(sizes: Sequence[Sized]) -> str:
    first = sizes[0].seconds
    rows = [["x".join(map(str, s.shape)), _ms(s.seconds), f"{s.seconds / first:.2f}x", f"{s.bytes / 1e6:.1f}"] for s in sizes]
    return _table(["input", "ms", "against the first", "MB"], rows)


def _starts(starts: Mapping[str, Sequence[float]]) -> str:
    rows = [[f"`{name}`", f"{statistics.median(t):.3f}", f"{min(t):.3f} to {max(t):.3f}"] for name, t in starts.items()]
    return _table(["command", "s", "range"], rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def measured(rounds: int) -> Figures:
    """Everything, in some minutes."""
    torch.set_num_threads(1)
    return Figures(
        _machine(),
        f"{datetime.now(UTC):%Y-%m-%d}",
        {"Python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
        {name: live_module.compared(name, rounds) for name in NETWORKS},
        live_module.sized(rounds),
        cold_start.measured(rounds),
    )


def _machine() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor())
    return f"{os.cpu_count()} cores of {model or platform.machine()}"


if __name__ == "__main__":
    PAGE.write_text(page(measured(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)), encoding="utf-8")
