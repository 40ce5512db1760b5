"""Small parts of a training without data from a disk."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from convlens.training.data.examples import Examples, Held
from convlens.training.data.parts import Parts
from convlens.training.engine.feed import Feed
from convlens.training.engine.form import Form

CPU = torch.device("cpu")


@dataclass(frozen=True)
class Plain:
    """A preparation that hands rows on as they are."""

    shape: tuple[int, ...] = (2,)
    kind: str = "image"
    dtype: str = "float32"

    def store(self, items: Any) -> Tensor:
        return items

    def read(self, source: Any) -> Tensor:
        return source

    def batch(self, rows: Tensor) -> Tensor:
        return rows.float()

    def to_dict(self) -> dict[str, Any]:
        return {}


def examples(rows: Tensor, labels: Tensor) -> Examples:
    """Their places run backwards, and their names say them."""
    places = torch.arange(len(labels)).flip(0)
    return Examples(Held(rows), labels, places, [f"example {int(place)}" for place in places])


def feed(rows: Tensor, labels: Tensor, form: Form = Form()) -> Feed:  # noqa: B008 - immutable
    many = Examples(Held(rows), labels, torch.arange(len(labels)), [""] * len(labels))
    return Feed(many, Plain(tuple(rows.shape[1:])), form, CPU)


def parts(test: Examples, classes: int, groups: Tensor | None = None, names: tuple[str, ...] = ()) -> Parts:
    return Parts("fake", test, test, test, tuple(map(str, range(classes))), Plain(), "0", {}, groups, names)


class Logits(nn.Module):
    """Gives its input as the logits, and says how it was called."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(()))
        self.sizes: list[int] = []
        self.modes: set[bool] = set()

    def forward(self, x: Tensor) -> Tensor:
        self.sizes.append(len(x))
        self.modes.add(self.training)
        return x * self.weight
