"""``x[...]`` and ``x[...] = value``."""

from typing import Any

import torch

from convlens.importers.torch.opaque import opaque
from convlens.importers.torch.readers import reads
from convlens.importers.torch.readers.parts import sliced
from convlens.importers.torch.readers.shape import alias, unsqueezed
from convlens.importers.torch.shadow import Shadow
from convlens.importers.torch.trace import Trace
from convlens.ir.spec import Shape
from convlens.ops.update import Update


@reads("__getitem__")
def getitem(trace: Trace, x: Shadow, index: Any) -> Any:
    """Basic indexing becomes a slice (and an unsqueeze for new axes); anything else is an unknown call."""
    basic = basic_index(x, index)
    if basic is None:
        return opaque(trace, torch.Tensor.__getitem__, (x, index), {})
    settings, new_axes = basic
    part = sliced(trace, x, settings) if settings["on"] else alias(trace, x)
    return unsqueezed(trace, part, new_axes) if new_axes else part


@reads("__setitem__")
def _setitem(trace: Trace, x: Shadow, index: Any, value: Any) -> Shadow:
    """What ``x`` is afterwards: itself where a number is written, which changes no shape and no dependency."""
    basic = basic_index(x, index)
    if basic is not None:
        return trace.emit(Update(**basic[0]), [x, value])[0] if isinstance(value, torch.Tensor) else x
    operands = [item for item in (index if isinstance(index, tuple) else (index,)) if isinstance(item, torch.Tensor)]
    values = (value,) if isinstance(value, torch.Tensor) else ()
    made: Shadow = opaque(trace, torch.Tensor.__setitem__, (x, *operands, *values), {}, like=x)
    return made


def basic_index(x: Shadow, index: Any) -> tuple[dict[str, Any], list[int]] | None:
    """The settings of `Slice` and the places of new axes; None where tensors or lists index."""
    items = index if isinstance(index, tuple) else (index,)
    if any(not (item is None or item is Ellipsis or type(item) in (int, slice)) for item in items):
        return None
    reading = _Reading(x.spec.dims)
    for item in _without_ellipsis(items, x.spec.rank):
        reading.take(item)
    return reading.settings(), reading.new_axes


def _without_ellipsis(items: tuple[Any, ...], rank: int) -> list[Any]:
    """``...`` stands for as many whole axes as the other items leave."""
    given = sum(item is not None and item is not Ellipsis for item in items)
    whole = [slice(None)] * (rank - given)
    return [part for item in items for part in (whole if item is Ellipsis else [item])]


class _Reading:
    """The items of an index, from left to right: which part of which axis, and where new axes stand in the result."""

    def __init__(self, dims: Shape) -> None:
        self.dims = dims
        self.axis = 0
        self.place = 0
        self.parts: dict[int, tuple[int, int, int]] = {}
        self.drop: list[int] = []
        self.new_axes: list[int] = []

    def take(self, item: int | slice | None) -> None:
        if item is None:
            self.new_axes.append(self.place)
            self.place += 1
            return
        if self.axis >= len(self.dims):
            raise IndexError(f"too many indices for tensor of dimension {len(self.dims)}")
        length = self.dims[self.axis]
        if isinstance(item, slice):
            part = item.indices(length)
            self.place += 1
        else:
            part = self._one(item, length)
        if part != (0, length, 1) or self.axis in self.drop:
            self.parts[self.axis] = part
        self.axis += 1

    def _one(self, index: int, length: int) -> tuple[int, int, int]:
        """One index is a slice of length 1 whose axis is dropped."""
        if not -length <= index < length:
            raise IndexError(f"index {index} is out of bounds for dimension {self.axis} with size {length}")
        self.drop.append(self.axis)
        return index % length, index % length + 1, 1

    def settings(self) -> dict[str, Any]:
        starts, stops, steps = zip(*self.parts.values(), strict=True) if self.parts else ((), (), ())
        steps = steps if set(steps) - {1} else (1,)
        return {"on": tuple(self.parts), "starts": starts, "stops": stops, "steps": steps, "drop": tuple(self.drop)}
