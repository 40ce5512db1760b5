"""What denormal numbers cost a training on a processor: the ready study of optimizers with and without them.

    python -m bench.denormals [--seeds N]

Both train the same network from the same seeds, in turns, each in a process of its own; CPU seconds of the epochs of one
thread. The peer keeps denormal numbers, as PyTorch does by default.
"""

import argparse
import multiprocessing
import statistics
import tempfile
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from unittest.mock import patch

import torch

from convlens.training.train import train

NETWORK = Path(__file__).parents[1] / "src" / "convlens" / "studies" / "ready" / "convnet.txt"
RATES = {"sgd": 0.05, "adagrad": 0.01, "rmsprop": 0.001, "adam": 0.003}


def trained(optimizer: str, seed: int, kept: bool) -> tuple[float, float]:
    """CPU seconds of four epochs, and the last training loss."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(_trained, optimizer, seed, kept).result()


def _trained(optimizer: str, seed: int, kept: bool) -> tuple[float, float]:
    keeping = patch.object(torch, "set_flush_denormal") if kept else nullcontext()
    with tempfile.TemporaryDirectory() as folder, keeping:
        run = train(
            str(NETWORK), "fashion-mnist", out=Path(folder) / "run", optimizer=optimizer, learning_rate=RATES[optimizer],
            seed=seed, limit=12000, epochs=4, batch=64, momentum=0.0, nesterov=False, schedule="fixed", precision="float32",
            layout="channels-first", threads=1,
        )  # fmt: skip
        return sum(epoch["cpu_seconds"] for epoch in run.epochs), run.epochs[-1]["train_loss"]


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--seeds", type=int, default=3)
    seeds = asked.parse_args().seeds
    for optimizer in RATES:
        pairs = [(trained(optimizer, seed, kept=True), trained(optimizer, seed, kept=False)) for seed in range(seeds)]
        kept, zero = (statistics.median(pair[side][0] for pair in pairs) for side in (0, 1))
        apart = max(abs(pair[0][1] - pair[1][1]) for pair in pairs)
        print(
            f"{optimizer}: {kept:.1f} s with denormals, {zero:.1f} s without, {kept / zero:.1f}x; "
            f"training losses differ by {apart:g} at most",
            flush=True,
        )


if __name__ == "__main__":
    main()
