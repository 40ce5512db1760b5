"""The processes that train together: one alone, or those that torchrun started."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from convlens.ir.errors import ConvlensError

T = TypeVar("T")


class PeerError(ConvlensError):
    """Another process of this training failed, and says why; this one ends with its exit code and says nothing."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


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

    def prepared(self, module: nn.Module, device: torch.device, *, unused: bool = False) -> nn.Module:
        """The module whose gradients are the means over all processes, and whose weights are those of the first.

        ``unused`` is true where some weights have no part in the loss: nobody may wait for their gradients.
        """
        if self.size == 1:
            return module
        places = [device.index] if device.type == "cuda" else None
        return DistributedDataParallel(module, device_ids=places, find_unused_parameters=unused)

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
        dist.broadcast_object_list(held, src=0, device=torch.device("cpu"))
        return held[0]

    def gathered(self, value: Any) -> list[Any]:
        """What every process holds, in the order of their ranks."""
        if self.size == 1:
            return [value]
        held: list[Any] = [None] * self.size
        dist.all_gather_object(held, value)
        return held

    def tried(self, work: Callable[[], T]) -> T:
        """What ``work`` gives; where it fails in any process, all of them end, and the first of those that failed speaks.

        ``work`` must not wait for other processes.
        """
        found, error = _tried(work)
        each = self.gathered(_told_of(error))
        failed = next((rank for rank, told in enumerate(each) if told is not None), None)
        if error is not None and failed == self.rank:
            raise error
        if failed is not None:
            raise PeerError(*each[failed])
        made: T = found  # type: ignore[assignment] # no process failed
        return made

    def from_first(self, work: Callable[[], T]) -> T:
        """What ``work`` gives in the first process, which alone does it; where it fails there, all of them end."""
        found, error = _tried(work) if self.first else (None, None)
        failed = self.told(_told_of(error))
        if error is not None:
            raise error
        if failed is not None:
            raise PeerError(*failed)
        told: T = self.told(found)
        return told

    def same(self, module: nn.Module) -> None:
        """Give every process the first one's buffers, such as the statistics of batch norm, of which each has its own."""
        if self.size > 1:
            for buffer in module.buffers():
                dist.broadcast(buffer, src=0)

    def any(self, flag: bool, device: torch.device) -> bool:
        """Is it true of any process?"""
        return flag if self.size == 1 else bool(self.summed(torch.tensor(float(flag), device=device)).item())


def _tried(work: Callable[[], T]) -> tuple[T | None, ConvlensError | None]:
    try:
        return work(), None
    except ConvlensError as error:
        return None, error


def _told_of(error: ConvlensError | None) -> tuple[str, int] | None:
    return None if error is None else (str(error), error.exit_code)


def speaks() -> bool:
    """Is this the process that writes and speaks, also before and after they are joined?"""
    return os.environ.get("RANK", "0") == "0"
