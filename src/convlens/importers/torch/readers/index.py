"""``x[...]`` and ``x[...] = value``."""

from typing import Any

import torch

from convlens.importers.torch.opaque import opaque
from convlens.importers.torch.readers import reads
from convlens.importers.torch.readers.parts import sliced
from convlens.importers.torch.readers.shape import alias, unsqueezed
from convlens.importers.torch.shadow import Shadow
from convlens.importers.torch.trace import Trace
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
    given = sum(item is not None and item is not Ellipsis for item in items)
    on, starts, stops, steps, drop, new_axes = [], [], [], [], [], []
    axis = place = 0
    for item in items:
        if item is Ellipsis:
            skipped = x.spec.rank - given
            axis, place = axis + skipped, place + skipped
            continue
        if item is None:
            new_axes.append(place)
            place += 1
            continue
        length = x.spec.dims[axis] if axis < x.spec.rank else 0
        if isinstance(item, int):
            if not -length <= item < length:
                raise IndexError(f"index {item} is out of bounds for dimension {axis} with size {length}")
            item = slice(item % length, item % length + 1)  # noqa: PLW2901 - one index is a slice whose axis is dropped
            drop.append(axis)
        else:
            place += 1
        start, stop, step = item.indices(length)
        if (start, stop, step) != (0, length, 1) or axis in drop:
            on.append(axis)
            starts.append(start)
            stops.append(stop)
            steps.append(step)
        axis += 1
    return {"on": on, "starts": starts, "stops": stops, "steps": steps if set(steps) - {1} else (1,), "drop": drop}, new_axes
