"""Calls that repeat, turn around or line up values."""

from typing import Any

import torch

from convlens.importers.torch.opaque import opaque
from convlens.importers.torch.readers import reads
from convlens.importers.torch.readers.shape import sizes_in, unsqueezed
from convlens.importers.torch.shadow import Shadow
from convlens.importers.torch.trace import Trace
from convlens.ops.concat import Concat
from convlens.ops.flip import Flip
from convlens.ops.mul import Mul
from convlens.ops.repeat_interleave import RepeatInterleave
from convlens.ops.tile import Tile


@reads("repeat", "tile")
def _repeat(trace: Trace, x: Shadow, *sizes: Any, **kwargs: Any) -> Any:
    repeats = sizes_in(sizes or (next(iter(kwargs.values())),))
    return trace.emit(Tile(repeats=repeats), [x])[0]


@reads("repeat_interleave")
def _repeat_interleave(trace: Trace, x: Shadow, repeats: Any = None, dim: int | None = None, **kwargs: Any) -> Any:
    """A whole number; how long the result is with a tensor of numbers depends on its values."""
    if not isinstance(repeats, int):
        return opaque(trace, torch.repeat_interleave, (x, repeats), {"dim": dim, **kwargs})
    return trace.emit(RepeatInterleave(times=repeats, axis=dim), [x])[0]


@reads("flip")
def _flip(trace: Trace, x: Shadow, *dims: Any, **kwargs: Any) -> Any:
    return trace.emit(Flip(over=sizes_in(dims or (kwargs["dims"],))), [x])[0]


@reads("fliplr")
def _fliplr(trace: Trace, x: Shadow) -> Any:
    return _flip(trace, x, 1)


@reads("flipud")
def _flipud(trace: Trace, x: Shadow) -> Any:
    return _flip(trace, x, 0)


@reads("outer", "ger")
def _outer(trace: Trace, x: Shadow, y: Any) -> Any:
    """Every product of one value of each: an element-wise multiplication, since nothing is accumulated."""
    return trace.emit(Mul(), [unsqueezed(trace, x, 1), y])[0]


@reads("hstack")
def _hstack(trace: Trace, tensors: Any) -> Any:
    """Along axis 1, or along axis 0 where there is only one."""
    parts = [x if x.spec.rank else unsqueezed(trace, x, 0) for x in tensors]
    return trace.emit(Concat(axis=min(parts[0].spec.rank - 1, 1)), parts)[0]


@reads("vstack", "row_stack")
def _vstack(trace: Trace, tensors: Any) -> Any:
    """Along axis 0; a vector is a row."""
    parts = [x if x.spec.rank > 1 else unsqueezed(trace, x, tuple(range(2 - x.spec.rank))) for x in tensors]
    return trace.emit(Concat(axis=0), parts)[0]
