"""What was read from a file, and what was done to it on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convlens.lang.messages import say

Array = NDArray[Any]


class Step(NamedTuple):
    """One thing that was done to the values: a word for machines, a sentence for people, and its numbers."""

    what: str
    message: str
    values: Mapping[str, Any] = MappingProxyType({})

    def text(self, lang: str) -> str:
        return say(lang, self.message, **self.values)

    def to_dict(self) -> dict[str, Any]:
        return {"what": self.what, **self.values}


@dataclass(frozen=True)
class Sample:
    """The values of a file.

    ``kind`` is "picture" (C, H, W; 0 to 1), "sound" (C, T; -1 to 1) or "array" (as stored). ``about`` says what the file
    states of itself: format, mode, rate.
    """

    path: str
    kind: str
    values: Array
    about: dict[str, Any] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()

    def changed(self, values: Array, *steps: Step) -> "Sample":
        return Sample(self.path, self.kind, values, self.about, (*self.steps, *steps))


def span(values: Array) -> dict[str, float | None]:
    """Least, greatest and mean of the finite values, in double precision; None where there is none.

    >>> span(np.array([1.0, 3.0, np.nan]))
    {'min': 1.0, 'max': 3.0, 'mean': 2.0}
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        return {"min": None, "max": None, "mean": None}
    return {"min": float(finite.min()), "max": float(finite.max()), "mean": float(finite.mean(dtype=np.float64))}
