"""Counting the updates of a training run by running through it."""

from typing import Any

FORMULA = """
per_epoch = ceil(samples / batch)
iterations = epochs*per_epoch
"""
CALLS = ()
SOURCE = "Goodfellow, Bengio, Courville, Deep Learning, section 8.1.3; torch.utils.data.DataLoader, drop_last"
SEE = ("batch", "learning-rate", "schedules")

SAMPLES, BATCH, EPOCHS = 60_000, 256, 10


def epoch(samples: int, batch: int) -> list[int]:
    """The size of each batch of one epoch."""
    sizes = []
    left = samples
    while left:
        sizes.append(min(batch, left))
        left -= sizes[-1]
    return sizes


def values() -> dict[str, Any]:
    sizes = epoch(SAMPLES, BATCH)
    return {
        "samples": SAMPLES, "batch": BATCH, "epochs": EPOCHS, "per_epoch": len(sizes), "iterations": EPOCHS * len(sizes),
        "last": sizes[-1], "seen": sum(sizes), "first": sizes[0], "unseen": SAMPLES - sizes[0], "whole": SAMPLES // BATCH,
    }  # fmt: skip
