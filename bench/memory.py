"""Memory that convlens foretells, against what PyTorch really takes, and against torchinfo's estimate.

    python -m bench.memory [--write]

At batch 8, on tensors without values: what autograd has saved when backward begins, and the most that is alive at once in an
inference. With a CUDA device the allocator's own figures stand beside them. `--write` puts the tables into docs/memory.md.
"""

import sys
from pathlib import Path
from typing import NamedTuple

import torch
import torchinfo
from torch import nn

import convlens
from tests.importers.torch.oracle import peak_bytes, saved_bytes
from tests.networks.torch_twins import on_meta

NETWORKS = ["resnet50", "mobilenet_v2", "efficientnet_b0", "densenet121", "vgg16", "convnext_tiny", "unet"]
SIZES = {"unet": (8, 1, 572, 572)}
PAGE = Path(__file__).parent.parent / "docs" / "memory.md"
HEAD = """# Memory: foretold and measured

Written by `python -m bench.memory --write`. Batch 8, float32, live modules whose activations are in place as torchvision has
them; MB are 2^20 bytes. "measured" are the storages that are alive in PyTorch (in training those that autograd has saved when
backward begins), "torchinfo" its "forward/backward pass size", the one figure that it has for both. On a GPU the allocator's own
figures stand beside them: it rounds sizes up, and a convolution's workspace, which no tool foretells, is part of its peak.
"""


class Row(NamedTuple):
    name: str
    foretold: int
    measured: int
    torchinfo: int
    cuda: int | None

    def line(self) -> str:
        cells = [f"{n / 2**20:,.1f}" for n in (self.foretold, self.measured)]
        cells += [f"{self.foretold / self.measured - 1:+.2%}", f"{self.torchinfo / self.measured:.2f}x"]
        if self.cuda is not None:
            cells += [f"{self.cuda / 2**20:,.1f}", f"{self.foretold / self.cuda - 1:+.2%}"]
        return f"| {self.name} | " + " | ".join(cells) + " |"


def shape_of(name: str) -> tuple[int, ...]:
    return SIZES.get(name, (8, 3, 224, 224))


def torchinfo_bytes(module: nn.Module, shape: tuple[int, ...]) -> int:
    return int(torchinfo.summary(module, input_size=shape, verbose=0, device="meta").total_output_bytes)


def training(name: str) -> Row:
    module, shape = on_meta(name, inplace=True).train(), shape_of(name)
    truth = saved_bytes(module, torch.empty(shape, device="meta"))
    return Row(name, convlens.summary(module, shape).totals.saved_bytes, truth, torchinfo_bytes(module, shape), cuda_saved(name))


def inference(name: str) -> Row:
    module, shape = on_meta(name, inplace=True).eval(), shape_of(name)
    truth = peak_bytes(module, torch.empty(shape, device="meta"))
    foretold = convlens.summary(module, shape).totals.peak_activation_bytes
    return Row(name, foretold, truth, torchinfo_bytes(module, shape), cuda_peak(name))


def on_device(name: str) -> tuple[nn.Module, int]:
    """The module on the device, and what is allocated before the input is."""
    module = on_meta(name, inplace=True).to_empty(device="cuda")
    module(torch.rand(shape_of(name), device="cuda"))
    torch.cuda.synchronize()
    return module, torch.cuda.memory_allocated()


def cuda_saved(name: str) -> int | None:
    """What a forward pass in training leaves allocated, its input included and its output's own memory left out."""
    if not torch.cuda.is_available():
        return None
    module, before = on_device(name)
    out = module.train()(torch.rand(shape_of(name), device="cuda"))
    return torch.cuda.memory_allocated() - before - out.untyped_storage().nbytes()


def cuda_peak(name: str) -> int | None:
    """The most that an inference has allocated at once; the kernels' workspace is among it."""
    if not torch.cuda.is_available():
        return None
    module, before = on_device(name)
    torch.cuda.reset_peak_memory_stats()
    with torch.no_grad():
        module.eval()(torch.rand(shape_of(name), device="cuda"))
    return torch.cuda.max_memory_allocated() - before


def table(title: str, rows: list[Row]) -> str:
    heads = ["network", "convlens, MB", "measured, MB", "error", "torchinfo / measured"]
    if rows[0].cuda is not None:
        heads += [f"{torch.cuda.get_device_name()}, MB", "error"]
    rule = "|---|" + "---:|" * (len(heads) - 1)
    return "\n".join([f"## {title}", "", f"| {' | '.join(heads)} |", rule, *(row.line() for row in rows), ""])


def main() -> None:
    page = "\n".join(
        [
            HEAD,
            table("Kept for backward by a training step", [training(name) for name in NETWORKS]),
            table("Peak of an inference", [inference(name) for name in NETWORKS]),
            f"PyTorch {torch.__version__}, torchinfo {torchinfo.__version__}.",
            "",
        ]
    )
    print(page)
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
