"""Under torchrun the processes of a machine train every trial together; the first of them owns the trial."""

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from convlens.studies.plan import Variant
from convlens.training.engine.diverged import DivergedError
from convlens.training.engine.joining import joined
from convlens.training.recipe import Recipe
from convlens.training.train import train


def together() -> bool:
    """Did torchrun start several processes?"""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1 and "RANK" in os.environ


@contextmanager
def joined_by() -> Iterator[None]:
    """All processes of torchrun stay together for the whole search; a single one needs nothing."""
    if not together():
        yield
        return
    with joined():
        yield


def told(order: Any) -> Any:
    """What the first process says: the settings of a trial and its folder, or None at the end."""
    if not together():
        return order
    with joined() as world:
        return world.told(order)


def follow(base: Recipe) -> None:
    """Train what the first process says until it says that nothing is left."""
    while (order := told(None)) is not None:
        values, path = order
        with contextlib.suppress(DivergedError):  # the first process writes it down
            train(Variant(values).recipe(base, base.settings.seed), out=path)
