"""How much CPU does a summary of a live PyTorch module take, beside its peers? Run as ``python -m bench.live_module``.

Every figure is a median of CPU seconds of this process; all tools take turns in one run, so that a busy machine slows
them alike, and only the ratios are worth quoting. PyTorch uses one thread: waiting threads would count against the tools
that run the network. convlens's figure is everything that `summary` computes: capture, shapes, parameters, MACs, receptive
fields and memory.
"""

import copy
import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import torch

import convlens
from bench.peers import PEERS, quiet
from convlens import networks
from tests.networks import torch_twins

NETWORKS = ("resnet50", "mobilenet_v2", "densenet121", "efficientnet_b0", "vgg16", "unet_same")
SIZES = ((1, 3, 224, 224), (64, 3, 224, 224), (1, 3, 4096, 4096))
OURS = "convlens"
FORWARD = "forward itself"
ROUNDS = 9

Seconds = dict[str, float]


class Sized(NamedTuple):
    """One network at one input shape: CPU seconds, and the most memory that Python's allocator held beside, in bytes."""

    shape: tuple[int, ...]
    seconds: float
    bytes: int


def everything(module: torch.nn.Module, shape: tuple[int, ...]) -> None:
    report = convlens.summary(module, shape)
    assert report.totals.macs
    assert report.receptive_fields


def real_forward(module: torch.nn.Module, shape: tuple[int, ...]) -> None:
    with torch.no_grad():
        module(torch.empty(shape))


def cpu_seconds(run: Callable[[], Any]) -> float:
    gc.collect()
    start = time.process_time()
    run()
    return time.process_time() - start


def medians(tools: dict[str, Callable[[], Any]], rounds: int = ROUNDS) -> Seconds:
    """The tools take turns; the first turn of each warms up."""
    with quiet():
        for run in tools.values():
            run()
        times = [{name: cpu_seconds(run) for name, run in tools.items()} for _ in range(rounds)]
    return {name: statistics.median(turn[name] for turn in times) for name in tools}


def compared(name: str, rounds: int = ROUNDS) -> Seconds:
    """CPU seconds of every tool on one network at its own input, batch 1."""
    with torch.device("meta"):
        meta = getattr(torch_twins, name)().eval()
    real = getattr(torch_twins, name)().eval()
    shape = networks.load(name).inputs[0].spec.dims
    tools: dict[str, Callable[[], Any]] = {
        OURS: partial(everything, twin(real), shape),
        FORWARD: partial(real_forward, twin(real), shape),
    }
    for peer, (tool, device) in PEERS.items():
        tools[peer] = partial(tool, twin(meta if device == "meta" else real), shape, device)
    return medians(tools, rounds)


def twin(module: torch.nn.Module) -> torch.nn.Module:
    """The same module on the same tensors: some tools leave hooks behind, which would slow the others."""
    return copy.deepcopy(module, {id(tensor): tensor for tensor in (*module.parameters(), *module.buffers())})


def sized(rounds: int = ROUNDS) -> list[Sized]:
    """ResNet-50 at several batches and sizes: the cost must not depend on them."""
    module = torch_twins.resnet50().eval()
    runs = {shape: partial(everything, module, shape) for shape in SIZES}
    found = medians({str(shape): run for shape, run in runs.items()}, rounds)
    return [Sized(shape, found[str(shape)], _extra_bytes(run)) for shape, run in runs.items()]


def _extra_bytes(run: Callable[[], Any]) -> int:
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def main() -> None:
    torch.set_num_threads(1)
    for name in NETWORKS:
        found = compared(name)
        ours = found[OURS]
        row = "  ".join(f"{tool} {seconds * 1e3:.1f} ms ({seconds / ours:.1f}x)" for tool, seconds in found.items())
        print(f"{name:<16}{row}", flush=True)
    for shape, seconds, extra in sized():
        print(f"resnet50 {shape} {seconds * 1e3:.1f} ms, {extra / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
