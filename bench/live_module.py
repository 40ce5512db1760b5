"""How much CPU does a summary of a live PyTorch module take, beside its peers? Run as ``python -m bench.live_module``.

Every figure is a median of CPU seconds of this process; all tools take turns in one run, so that a busy machine slows
them alike, and only the ratios are worth quoting. convlens's figure is everything that `summary` computes: capture,
shapes, parameters, MACs, receptive fields and memory. Peers (torchinfo, and PyTorch's own FlopCounterMode) run the
module: really, or on the meta device.

The last rows are the same network at other batches and sizes: convlens's cost must not depend on them.
"""

import gc
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

import convlens
from tests.networks import torch_twins

NETWORKS = ("resnet50", "mobilenet_v1", "vgg16", "unet_same")
ROUNDS = 9


def everything(module: torch.nn.Module, shape: tuple[int, ...]) -> None:
    report = convlens.summary(module, shape)
    assert report.totals.macs
    assert report.receptive_fields


def torchinfo_real(module: torch.nn.Module, shape: tuple[int, ...]) -> None:
    import torchinfo

    torchinfo.summary(module, shape, verbose=0)


def torchinfo_meta(module: torch.nn.Module, shape: tuple[int, ...]) -> None:
    import torchinfo

    torchinfo.summary(module, shape, verbose=0, device="meta")


def flop_counter_meta(module: torch.nn.Module, shape: tuple[int, ...]) -> None:
    with torch.no_grad(), FlopCounterMode(display=False):
        module(torch.empty(shape, device="meta"))


def cpu_seconds(run: Callable[[], Any]) -> float:
    gc.collect()
    start = time.process_time()
    run()
    return time.process_time() - start


def medians(tools: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """The tools take turns; the first turn of each warms up."""
    for run in tools.values():
        run()
    times = [{name: cpu_seconds(run) for name, run in tools.items()} for _ in range(ROUNDS)]
    return {name: statistics.median(turn[name] for turn in times) for name in tools}


def compared(name: str) -> None:
    with torch.device("meta"):
        meta = getattr(torch_twins, name)().eval()
    real = getattr(torch_twins, name)().eval()
    from convlens import networks

    shape = networks.load(name).inputs[0].spec.dims
    found = medians({
        "convlens": lambda: everything(real, shape),
        "torchinfo": lambda: torchinfo_real(real, shape),
        "torchinfo, meta": lambda: torchinfo_meta(meta, shape),
        "FlopCounterMode, meta": lambda: flop_counter_meta(meta, shape),
    })  # fmt: skip
    ours = found.pop("convlens")
    row = "  ".join(f"{tool} {seconds * 1e3:8.1f} ms ({seconds / ours:5.1f}x)" for tool, seconds in found.items())
    print(f"{name:<14}convlens {ours * 1e3:6.1f} ms  {row}", flush=True)


def independent_of_size() -> None:
    module = torch_twins.resnet50().eval()
    shapes = [(1, 3, 224, 224), (64, 3, 224, 224), (1, 3, 4096, 4096)]
    found = medians({str(shape): partial(everything, module, shape) for shape in shapes})
    first = next(iter(found.values()))
    for shape, seconds in found.items():
        print(f"resnet50 {shape:<22} {seconds * 1e3:6.1f} ms  {seconds / first:.2f}x")


if __name__ == "__main__":
    for network in NETWORKS:
        compared(network)
    independent_of_size()
