"""How long processes take to add up their gradients: run by torchrun, it prints a table.

GLOO_SOCKET_IFNAME=lo OMP_NUM_THREADS=1 torchrun --nproc-per-node 2 bench/exchange.py
"""

import statistics
import time

import torch
import torch.distributed as dist

from convlens.training.engine.joining import joined

NETWORKS = {"LeNet-5": 61_706, "small CNN": 135_818, "ResNet-18": 11_172_810}
"""Parameters, of which each process sends and receives one float32 gradient a step."""

TIMES = 15


def seconds(count: int) -> list[float]:
    """Of some exchanges of so many numbers, the first left out."""
    values, times = torch.ones(count), []
    for _ in range(TIMES + 1):
        dist.barrier()
        begun = time.perf_counter()
        dist.all_reduce(values)
        times.append(time.perf_counter() - begun)
    return times[1:]


if __name__ == "__main__":
    with joined() as world:
        if world.size == 1:
            raise SystemExit("nothing is exchanged by one process\n  fix: torchrun --nproc-per-node 2 bench/exchange.py")
        rows = [(name, count, seconds(count)) for name, count in NETWORKS.items()]
        if world.first:
            print(f"| network | numbers | least, ms | median, ms ({world.size} processes) |\n| --- | --- | --- | --- |")
            for name, count, times in rows:
                print(f"| {name} | {count:,} | {1e3 * min(times):.1f} | {1e3 * statistics.median(times):.1f} |")
