"""An independent count of a module's cost: PyTorch's own dispatcher, kernel by kernel.

It shares no code with `convlens.ops`: shapes come from the kernels, MACs from formulas written here.
"""

from math import prod
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

aten = torch.ops.aten


class KernelCount(TorchDispatchMode):
    """MACs of every convolution and matrix product that really arrives at the kernels."""

    def __init__(self) -> None:
        super().__init__()
        self.macs = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        packet = func.overloadpacket
        if packet is aten.convolution:
            x, weight, transposed = args[0], args[1], args[6]
            self.macs += weight[0].numel() * (x.numel() // x.shape[1] * weight.shape[0] if transposed else out.numel())
        elif packet in (aten.mm, aten.bmm):
            self.macs += out.numel() * args[0].shape[-1]
        elif packet in (aten.addmm, aten.baddbmm):
            self.macs += out.numel() * args[1].shape[-1]
        elif packet is aten._scaled_dot_product_flash_attention_for_cpu:
            query, key, value = args[:3]
            self.macs += query[..., 0].numel() * key.shape[-2] * (query.shape[-1] + value.shape[-1])
        elif packet is aten.mv or packet is aten.dot:
            self.macs += args[0].numel()
        return out


def kernel_macs(module: torch.nn.Module, *args: Any, **kwargs: Any) -> int:
    """MACs of one call, counted at the kernels; without oneDNN, whose LSTM is one kernel for all steps."""
    with torch.no_grad(), torch.backends.mkldnn.flags(enabled=False), KernelCount() as count:
        module(*args, **kwargs)
    return count.macs


def params_of(module: torch.nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def buffers_of(module: torch.nn.Module) -> int:
    return sum(prod(b.shape) for b in module.buffers())
