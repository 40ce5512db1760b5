"""``batch=auto``: throughput first, then memory."""

import time
from copy import deepcopy

import torch
from torch import nn

from convlens.training.engine.feed import Feed
from convlens.training.engine.form import Form

SIZES = (16, 32, 64, 128, 256, 512, 1024)
LARGE = (2048, 4096)
"""Tried on an accelerator only: a processor's cache is too small for them."""

STEPS = 100
"""An epoch keeps this many steps, however fast larger batches are: a network learns by its steps. On an H100 small_cnn was
fastest at 4,096 examples, and came to 58 % in the epoch in which batches of 256 came to 90 %."""

NEAR = 0.95
"""The smallest size within this share of the best throughput is taken: smaller batches generalise no worse."""


def measured_batch(module: nn.Module, feed: Feed, form: Form, classes: int) -> tuple[int, dict[int, float]]:
    """The batch to take, and the examples a second of every size that was tried.

    Sizes grow until one does not fit the memory, or is clearly slower than the best.
    """
    tried = form.module(deepcopy(module)).to(feed.device).train()
    found: dict[int, float] = {}
    for size in (*SIZES, *(LARGE if feed.device.type == "cuda" else ())):
        if size > max(SIZES[0], len(feed.examples) // STEPS):
            break
        speed = _speed(tried, feed, form, size, classes)
        if speed is None:
            break
        found[size] = round(speed, 1)
        if speed < 0.7 * max(found.values()):
            break
    if not found:
        return max(1, min(SIZES[0], len(feed.examples))), {}
    best = max(found.values())
    return min(size for size, speed in found.items() if speed >= NEAR * best), found


def _speed(module: nn.Module, feed: Feed, form: Form, size: int, classes: int) -> float | None:
    """Examples a second of the best of a few steps; None where the memory does not suffice."""
    times, clock = [], time.perf_counter if feed.device.type == "cuda" else time.process_time  # others may use the processor
    try:
        for _ in range(4):
            module.zero_grad(set_to_none=True)
            begun = clock()
            batch = feed.batch(torch.arange(size))
            with form.autocast(feed.device):
                logits = module(batch.x)
            nn.functional.cross_entropy(logits.float(), batch.labels % classes).backward()
            if feed.device.type == "cuda":
                torch.cuda.synchronize(feed.device)
            times.append(clock() - begun)
    except (torch.OutOfMemoryError, MemoryError):
        return None
    return size / min(times[1:])
