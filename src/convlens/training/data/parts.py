"""Data made ready for one training."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from convlens.training.data.examples import Examples
from convlens.training.preparation.preparation import Preparation


@dataclass(frozen=True)
class Parts:
    """The three parts, what turns their rows into a network's input, and what is written down about them.

    ``groups`` of the test part are by its own order; ``fingerprint`` is a SHA-256 of all examples, labels and the split.
    """

    name: str
    train: Examples
    validation: Examples
    test: Examples
    classes: tuple[str, ...]
    preparation: Preparation
    fingerprint: str
    about: dict[str, Any]
    test_groups: Tensor | None = None
    group_names: tuple[str, ...] = ()
