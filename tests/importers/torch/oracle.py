"""An independent count of a module's cost: PyTorch's own dispatcher, kernel by kernel.

It shares no code with `convlens.ops`: shapes come from the kernels, MACs from formulas written here.
"""

import weakref
from math import prod
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

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
        elif packet is aten.convolution_backward:
            grad, x, weight, transposed, wanted = args[0], args[1], args[2], args[7], args[10]
            self.macs += (
                sum(wanted[:2]) * weight[0].numel() * (x.numel() // x.shape[1] * weight.shape[0] if transposed else grad.numel())
            )
        return out


def kernel_macs(module: torch.nn.Module, *args: Any, **kwargs: Any) -> int:
    """MACs of one call, counted at the kernels; without oneDNN, whose LSTM is one kernel for all steps."""
    with torch.no_grad(), torch.backends.mkldnn.flags(enabled=False), KernelCount() as count:
        module(*args, **kwargs)
    return count.macs


def training_macs(module: torch.nn.Module, *args: Any) -> int:
    """MACs of forward and backward, counted at the kernels."""
    with torch.backends.mkldnn.flags(enabled=False), KernelCount() as count:
        result = module(*args)
        sum(y.sum() for y in tree_leaves(result) if y.requires_grad).backward()
    return count.macs


class Live(TorchDispatchMode):
    """The most memory that the tensors of one call take at once; a module's own tensors are not counted."""

    def __init__(self, module: torch.nn.Module) -> None:
        super().__init__()
        self.seen = {t.untyped_storage()._cdata for t in [*module.parameters(), *module.buffers()]}
        self.now = self.peak = 0

    def add(self, tensor: torch.Tensor) -> None:
        storage = tensor.untyped_storage()
        if storage._cdata not in self.seen:
            self.seen.add(storage._cdata)
            self.now += storage.nbytes()
            self.peak = max(self.peak, self.now)
            weakref.finalize(storage, self._gone, storage._cdata, storage.nbytes())

    def _gone(self, storage: int, size: int) -> None:
        self.seen.discard(storage)
        self.now -= size

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(out):
            if isinstance(tensor, torch.Tensor):
                self.add(tensor)
        return out


def peak_bytes(module: torch.nn.Module, *args: torch.Tensor) -> int:
    """The most memory that one call in evaluation takes at once, its inputs included."""
    with torch.no_grad(), Live(module) as live:
        for x in args:
            live.add(x)
        module(*args)
    return live.peak


def params_of(module: torch.nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def buffers_of(module: torch.nn.Module) -> int:
    return sum(prod(b.shape) for b in module.buffers())


def saved_bytes(run: Any, *args: Any) -> int:
    """The memory that autograd keeps for backward; a module's own tensors, which are there anyway, are not counted."""
    own = {t.untyped_storage()._cdata for t in [*run.parameters(), *run.buffers()]} if isinstance(run, torch.nn.Module) else set()
    found: dict[int, int] = {}
    alive = []

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        alive.append(tensor)
        if storage._cdata not in own:
            found[storage._cdata] = storage.nbytes()
        return tensor

    with torch.backends.mkldnn.flags(enabled=False), torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
        alive.append(run(*args))
    return sum(found.values())
