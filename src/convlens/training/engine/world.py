"""The processes that train together: one alone, or those that torchrun started."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from convlens.ir.errors import UsageError


@dataclass(frozen=True)
class World:
    """``size`` processes, of which this is number ``rank``, and number ``local`` on its machine."""

    rank: int = 0
    size: int = 1
    local: int = 0

    @property
    def first(self) -> bool:
        """The process that writes and speaks."""
        return self.rank == 0

    def prepared(self, module: nn.Module, device: torch.device) -> nn.Module:
        """The module whose gradients are the means over all processes."""
        if self.size == 1:
            return module
        return DistributedDataParallel(module, device_ids=[device.index] if device.type == "cuda" else None)

    def summed(self, values: Tensor) -> Tensor:
        """The sum over all processes."""
        if self.size > 1:
            dist.all_reduce(values)
        return values

    def told(self, value: Any) -> Any:
        """What the first process holds."""
        if self.size == 1:
            return value
        held = [value]
        dist.broadcast_object_list(held, src=0)
        return held[0]

    def any(self, flag: bool, device: torch.device) -> bool:
        """Is it true of any process?"""
        return flag if self.size == 1 else bool(self.summed(torch.tensor(float(flag), device=device)).item())


@contextmanager
def joined(device: torch.device) -> Iterator[World]:
    """Join the processes of torchrun, if it started this one; leave them at the end. Who has joined already stays.

    Raises `UsageError` where fewer came together than were started.
    """
    if "RANK" not in os.environ or "WORLD_SIZE" not in os.environ:
        yield World()
        return
    if dist.is_initialized():  # of several trainings after one another: a group cannot be left and joined again safely
        yield World(dist.get_rank(), dist.get_world_size(), int(os.environ.get("LOCAL_RANK", "0")))
        return
    wanted = int(os.environ["WORLD_SIZE"])
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        if dist.get_world_size() != wanted:
            raise UsageError(f"{wanted} processes were started, but {dist.get_world_size()} came together")
        yield World(dist.get_rank(), wanted, int(os.environ.get("LOCAL_RANK", "0")))
    finally:
        dist.destroy_process_group()


def speaks() -> bool:
    """Is this the process that writes and speaks, also before and after they are joined?"""
    return os.environ.get("RANK", "0") == "0"
