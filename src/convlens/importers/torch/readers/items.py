"""The items between the brackets of ``x[...]``: which part of which axis, new axes, and tensors that pick."""

from typing import Any, NamedTuple

import torch

from convlens.importers.torch.shadow import Shadow
from convlens.ir.spec import Shape


class Pick(NamedTuple):
    """A tensor that indexes ``axis`` of what the rest of the index leaves; a mask covers as many axes as it has."""

    axis: int
    index: Any


class Split(NamedTuple):
    """The settings of `Slice`, the places of new axes in its result, and what picks from that."""

    settings: dict[str, Any]
    new_axes: list[int]
    picks: list[Pick]


def split_index(x: Shadow, index: Any) -> Split | None:
    """The parts of an index in the order in which PyTorch applies them; None where an item is none of those known here."""
    items = [part for item in (index if isinstance(index, tuple) else (index,)) for part in _plain(item)]
    if any(not (item is None or item is Ellipsis or type(item) in (int, slice) or _picks(item)) for item in items):
        return None
    reading = _Reading(x.spec.dims)
    for item in _without_ellipsis(items, x.spec.rank):
        reading.take(item)
    return Split(reading.settings(), reading.new_axes, reading.picks)


def is_mask(index: torch.Tensor) -> bool:
    """True and false, or bytes, which PyTorch still takes for them."""
    return index.dtype in (torch.bool, torch.uint8)


def _picks(item: Any) -> bool:
    """Masks of no axis add one, which no operator here does."""
    return isinstance(item, torch.Tensor) and (item.dim() > 0 or not is_mask(item))


def _plain(item: Any) -> list[Any]:
    """Lists are tensors; one known whole number is that number; a known mask is the places where it is true."""
    if isinstance(item, range) or type(item).__module__ == "numpy":
        item = torch.as_tensor(list(item) if isinstance(item, range) else item)
    if isinstance(item, list) and not any(isinstance(part, slice | torch.Tensor | None | type(Ellipsis)) for part in item):
        item = torch.tensor(item)
    if not isinstance(item, torch.Tensor) or isinstance(item, Shadow) or item.device.type == "meta":
        return [item]
    if item.dim() and is_mask(item):
        return list(item.nonzero(as_tuple=True))
    return [item if item.dim() or is_mask(item) or item.is_floating_point() else int(item)]


def _without_ellipsis(items: list[Any], rank: int) -> list[Any]:
    """``...`` stands for as many whole axes as the other items leave."""
    given = sum(_width(item) for item in items)
    whole = [slice(None)] * (rank - given)
    return [part for item in items for part in (whole if item is Ellipsis else [item])]


def _width(item: Any) -> int:
    """How many axes an item is for."""
    if isinstance(item, torch.Tensor):
        return item.dim() if is_mask(item) else 1
    return int(item is not None and item is not Ellipsis)


class _Reading:
    """The items of an index, from left to right."""

    def __init__(self, dims: Shape) -> None:
        self.dims = dims
        self.axis = 0
        self.place = 0
        self.parts: dict[int, tuple[int, int, int]] = {}
        self.drop: list[int] = []
        self.new_axes: list[int] = []
        self.picks: list[Pick] = []

    def take(self, item: Any) -> None:
        if item is None:
            self.new_axes.append(self.place)
            self.place += 1
            return
        if self.axis + _width(item) > len(self.dims):
            raise IndexError(f"too many indices for tensor of dimension {len(self.dims)}")
        if isinstance(item, torch.Tensor):
            self.picks.append(Pick(self.place, item))
            self.place += _width(item)
            self.axis += _width(item)
            return
        self._take_part(item, self.dims[self.axis])
        self.axis += 1

    def _take_part(self, item: int | slice, length: int) -> None:
        if isinstance(item, slice):
            part = item.indices(length)
            self.place += 1
        else:
            part = self._one(item, length)
        if part != (0, length, 1) or self.axis in self.drop:
            self.parts[self.axis] = part

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
