"""How the processes that train together find each other, and what is said where one is lost."""

import atexit
import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.distributed as dist

from convlens.ir.errors import ConvlensError, UsageError
from convlens.lang.sentence import Sentence
from convlens.training.engine.meeting import fresh_store
from convlens.training.engine.world import PeerError, World, speaks


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
        raise UsageError(
            Sentence("{count} processes were started, but {met} came together", count=size, met=dist.get_world_size())
        )
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
            Sentence(
                "the {count} processes cannot meet: {reason}\n"
                "  fix: GLOO_SOCKET_IFNAME names the network card (lo on one machine), "
                "--rdzv-endpoint a host and port that all reach",
                count=size, reason=_line(error),
            )
        ) from None  # fmt: skip
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
            Sentence(
                "{stated} says that processes train together, but {missing} is not set: each would train alone\n"
                "  fix: torchrun --nproc-per-node 2 -m convlens train ... sets both",
                stated=stated, missing=missing[0],
            )
        )  # fmt: skip
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
    message = Sentence(
        "a process that trained with this one is gone: {reason}\n"
        "  fix: torchrun --max-restarts 3 --rdzv-backend c10d starts all again from the last checkpoint; or --resume RUN",
        reason=_line(error),
    )
    return ConvlensError(message) if speaks() else PeerError(message)


def _line(error: Exception) -> str:
    """The first line says what; the rest is where in PyTorch."""
    return str(error).strip().partition("\n")[0][:300]
