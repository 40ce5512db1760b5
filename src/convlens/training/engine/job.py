"""What does not change while a network trains."""

from dataclasses import dataclass

import torch

from convlens.training.data.order import steps_of
from convlens.training.data.parts import Parts
from convlens.training.engine.form import Form
from convlens.training.engine.world import World
from convlens.training.models.network import Network
from convlens.training.record.folder import RunFolder
from convlens.training.settings.settings import Settings


@dataclass(frozen=True)
class Job:
    """``batch`` examples make a step over all processes, ``per_epoch`` steps an epoch, ``steps`` the whole training."""

    settings: Settings
    parts: Parts
    network: Network
    folder: RunFolder
    world: World
    device: torch.device
    form: Form
    batch: int
    per_epoch: int
    steps: int

    @property
    def rank(self) -> int:
        """Axes of a batch of inputs."""
        return len(self.network.input) + 1


def lengths(settings: Settings, batch: int, examples: int) -> tuple[int, int]:
    """Steps of an epoch, and of the whole training.

    >>> lengths(Settings(epochs=3), 4, 10)
    (3, 9)
    """
    per_epoch = steps_of(examples, batch)
    return per_epoch, settings.iterations or settings.epochs * per_epoch
