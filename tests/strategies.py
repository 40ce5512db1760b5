"""Random settings and shapes that several test modules draw from. Most draws are legal; `spoiled` breaks some on purpose."""

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

Draw = Callable[[st.SearchStrategy[Any]], Any]

MORE = "CONVLENS_CASES" in os.environ


def cases(default: int) -> settings:
    """How many random cases a test runs: ``default``, always the same ones, or as many new ones as CONVLENS_CASES says."""
    return settings(
        max_examples=int(os.environ.get("CONVLENS_CASES", default)),
        derandomize=not MORE,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


def ints(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low, high)


def per_axis(draw: Draw, axes: int, low: int, high: int) -> tuple[int, ...]:
    return tuple(draw(ints(low, high)) for _ in range(axes))


def written(draw: Draw, entries: tuple[int, ...]) -> int | tuple[int, ...]:
    """The entries as a person writes them: one number where all are equal, sometimes."""
    return entries[0] if len(set(entries)) == 1 and draw(st.booleans()) else entries


def batched(draw: Draw, rest: tuple[int, ...]) -> tuple[int, ...]:
    """With a batch of 1 to 3 in front, or without one."""
    batch = draw(ints(0, 3))
    return (batch, *rest) if batch else rest


def shapes(low: int, high: int, most: int = 4) -> st.SearchStrategy[tuple[int, ...]]:
    """Shapes of ``low`` to ``high`` axes of at most ``most``."""
    return st.lists(ints(1, most), min_size=low, max_size=high).map(tuple)


def spoiled(draw: Draw, kwargs: dict[str, Any], shape: tuple[int, ...]) -> tuple[dict[str, Any], tuple[int, ...]]:
    """One thing changed: an argument, a size, or the number of axes. Often, but not always, illegal."""
    fields = [name for name, value in kwargs.items() if _junk(value) is not None]
    what = draw(st.sampled_from(["setting", "setting", "size", "rank"] if fields else ["size", "rank"]))
    if what == "setting":
        name = draw(st.sampled_from(fields))
        return {**kwargs, name: draw(_junk(kwargs[name]))}, shape
    if what == "rank" or not shape:
        return kwargs, draw(st.sampled_from([shape[1:], (2, *shape)]))
    axis = draw(ints(0, len(shape) - 1))
    return kwargs, (*shape[:axis], draw(ints(1, 5)), *shape[axis + 1 :])


def _junk(value: Any) -> st.SearchStrategy[Any] | None:
    """Values of the same kind, most of them wrong."""
    if isinstance(value, bool):
        return st.just(not value)
    if isinstance(value, str):
        return st.sampled_from(["same", "valid", "zeros", "circular", "reflect", "replicate", "bogus"])
    if value is None or isinstance(value, int | tuple):
        return ints(-2, 7) | ints(-1, 3) | st.lists(ints(-1, 4), min_size=1, max_size=4).map(tuple)
    return None
