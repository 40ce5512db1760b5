"""The processes that train together: one alone, or those that torchrun started."""

import atexit
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from convlens.ir.errors import ConvlensError, UsageError
from convlens.training.engine.meeting import fresh_store

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

    def prepared(self, module: nn.Module, device: torch.device) -> nn.Module:
        """The module whose gradients are the means over all processes, and whose weights are those of the first."""
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


@contextmanager
def joined() -> Iterator[World]:
    """The processes that torchrun started with this one, if it did.

    They meet once, by gloo and on accelerators by NCCL, and stay together until they end: PyTorch's processes cannot meet a
    second time. Raises `UsageError` where fewer came together than were started, and `ConvlensError` where they cannot
    meet, or one is lost on the way.
    """
    size = _started()
    if size is None:
        yield World()
        return
    if not dist.is_initialized():
        _meet(size)
    if dist.get_world_size() != size:
        raise UsageError(f"{size} processes were started, but {dist.get_world_size()} came together")
    try:
        yield World(dist.get_rank(), size, int(os.environ.get("LOCAL_RANK", "0")))
    except RuntimeError as error:
        raise (_lost(error) if _is_lost(error) else error) from None


def _meet(size: int) -> None:
    try:
        backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
        if os.environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True":
            rank = int(os.environ["RANK"])
            dist.init_process_group(backend, store=fresh_store(rank, size), rank=rank, world_size=size)
        else:
            dist.init_process_group(backend)
    except (RuntimeError, ValueError) as error:
        raise ConvlensError(
            f"the {size} processes cannot meet: {_line(error)}\n"
            "  fix: GLOO_SOCKET_IFNAME names the network card (lo on one machine), --rdzv-endpoint a host and port that all reach"
        ) from None
    atexit.register(_part)


def _part() -> None:
    if dist.is_initialized():
        dist.destroy_process_group()


def _started() -> int | None:
    """How many processes were started to train together; None where this one is alone."""
    given = {name: os.environ.get(name) for name in ("RANK", "WORLD_SIZE")}
    missing = [name for name, value in given.items() if value is None]
    if given["WORLD_SIZE"] in (None, "1") and given["RANK"] in (None, "0"):
        return None if missing else 1
    if missing:
        stated = ", ".join(f"{name}={value}" for name, value in given.items() if value is not None)
        raise UsageError(
            f"{stated} says that processes train together, but {missing[0]} is not set: each would train alone\n"
            "  fix: torchrun --nproc-per-node 2 -m convlens train ... sets both"
        )
    return int(str(given["WORLD_SIZE"]))


def alone() -> int:
    """How many processes SLURM or MPI started beside this one without joining them, so that each trains by itself; else 0."""
    if "RANK" in os.environ:
        return 0
    counts = (os.environ.get(name, "1") for name in ("SLURM_STEP_NUM_TASKS", "OMPI_COMM_WORLD_SIZE", "PMI_SIZE"))
    most = max(int(count) if count.isdecimal() else 1 for count in counts)
    return most if most > 1 else 0


def _is_lost(error: RuntimeError) -> bool:
    return isinstance(error, dist.DistError) or any(word in str(error) for word in ("gloo", "NCCL", "onnection"))


def _lost(error: RuntimeError) -> ConvlensError:
    message = (
        f"a process that trained with this one is gone: {_line(error)}\n"
        "  fix: torchrun --max-restarts 3 --rdzv-backend c10d starts all again from the last checkpoint; or --resume RUN"
    )
    return ConvlensError(message) if speaks() else PeerError(message)


def _line(error: Exception) -> str:
    """The first line says what; the rest is where in PyTorch."""
    return str(error).strip().partition("\n")[0][:300]


def speaks() -> bool:
    """Is this the process that writes and speaks, also before and after they are joined?"""
    return os.environ.get("RANK", "0") == "0"
