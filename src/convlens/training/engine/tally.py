"""What is counted while an epoch runs, and written down."""

import sys
import time
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from convlens.training.engine.job import Job
from convlens.training.engine.step import Taken


@dataclass
class Tally:
    """Sums since the epoch began, as far as they were collected from all processes."""

    loss: float = 0.0
    right: float = 0.0
    examples: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    wall: float = field(default_factory=time.perf_counter, repr=False)
    cpu: float = field(default_factory=time.process_time, repr=False)

    def restart(self) -> None:
        """A new epoch begins."""
        self.loss, self.right, self.examples, self.seconds, self.cpu_seconds = 0.0, 0.0, 0, 0.0, 0.0
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def lap(self) -> None:
        """Add the time since the last lap."""
        wall, cpu = time.perf_counter(), time.process_time()
        self.seconds += wall - self.wall
        self.cpu_seconds += cpu - self.cpu
        self.wall, self.cpu = wall, cpu

    def add(self, losses: list[float], right: float, sizes: list[int]) -> None:
        self.loss += sum(loss * size for loss, size in zip(losses, sizes, strict=True))
        self.right += right
        self.examples += sum(sizes)

    def record(self) -> dict[str, float]:
        """The figures of the epoch's training part."""
        seen = max(self.examples, 1)
        return {
            "train_loss": self.loss / seen,
            "train_accuracy": self.right / seen,
            "seconds": round(self.seconds, 4),
            "cpu_seconds": round(self.cpu_seconds, 4),
            "examples_per_second": round(self.examples / max(self.seconds, 1e-9), 1),
        }

    def state(self) -> dict[str, float]:
        """For a checkpoint in the middle of an epoch."""
        return {"loss": self.loss, "right": self.right, "examples": self.examples,
                "seconds": self.seconds, "cpu_seconds": self.cpu_seconds}  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        self.loss, self.right = float(state["loss"]), float(state["right"])
        self.examples, self.seconds, self.cpu_seconds = int(state["examples"]), state["seconds"], state["cpu_seconds"]


class Waiting:
    """Steps of this process whose losses were not yet collected from all of them."""

    def __init__(self) -> None:
        self.losses: list[Tensor] = []
        self.rights: list[Tensor] = []
        self.norms: list[Tensor | None] = []
        self.places: list[Tensor] = []
        self.sizes: list[int] = []
        self.begun = time.perf_counter()

    def __len__(self) -> int:
        return len(self.losses)

    def append(self, taken: Taken, mine: Tensor, size: int) -> None:
        """A step on the places ``mine`` of a batch of ``size`` examples."""
        self.losses.append(taken.loss)
        self.rights.append(taken.right)
        self.norms.append(taken.norm)
        self.places.append(mine)
        self.sizes.append(size)

    def collected(self, job: Job) -> tuple[list[float], float, float]:
        """Over all processes: the losses of the steps, how many examples were right, and the mean of the seconds."""
        right = torch.stack(self.rights).sum().to(self.losses[0].dtype)
        seconds = torch.tensor(time.perf_counter() - self.begun, dtype=right.dtype, device=right.device)
        *found, rights, whole = job.world.summed(torch.stack([*self.losses, right, seconds])).tolist()
        return found, rights, whole / job.world.size


def peak_bytes(device: torch.device) -> int:
    """The most memory so far: of the accelerator, or of this process."""
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    try:
        import resource  # noqa: PLC0415 - Windows has none
    except ImportError:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, the others kibibytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
