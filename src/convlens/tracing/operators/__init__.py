"""How one value of an operator is written out. Each file here knows a family; nothing is listed elsewhere."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from convlens.ir.errors import UsageError
from convlens.ir.spec import Shape, TensorSpec
from convlens.tracing.source import Source
from convlens.tracing.term import Traced

MOST_TERMS = 100_000
"""A value that is a sum of more is not written out."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The value at ``index`` (N, C, space) of an operator, given its input and its weights."""

    op: Any
    spec: TensorSpec
    index: Shape
    x: Source
    weights: Mapping[str, Source]


@dataclass(frozen=True, slots=True)
class Tracer:
    """``count`` says how many terms there will be, before any is made; ``trace`` makes them."""

    count: Callable[[Asked], int]
    trace: Callable[[Asked], Traced]


TRACERS: dict[str, Tracer] = {}


def traces(*names: str, count: Callable[[Asked], int]) -> Callable[[Callable[[Asked], Traced]], Callable[[Asked], Traced]]:
    """Marks the function that traces these operators."""

    def mark(function: Callable[[Asked], Traced]) -> Callable[[Asked], Traced]:
        TRACERS.update(dict.fromkeys(names, Tracer(count, function)))
        return function

    return mark


def check_count(terms: int) -> None:
    """Refuse a sum that is too long to be written out."""
    if terms > MOST_TERMS:
        raise UsageError(
            f"this value is a sum of {terms:,} terms; at most {MOST_TERMS:,} are written out\n"
            "  fix: the same layer with fewer channels or a smaller kernel"
        )


for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
