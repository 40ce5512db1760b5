"""Values picked by indices, and written to places that indices name."""

from typing import Any

import torch

from convlens.importers.torch.opaque import DataDependentError, opaque
from convlens.importers.torch.readers import reads
from convlens.importers.torch.readers.shape import reshaped
from convlens.importers.torch.shadow import Shadow, spec_of
from convlens.importers.torch.trace import Trace
from convlens.ir.errors import ShapeError
from convlens.ops._pointwise import broadcast
from convlens.ops.expand import Expand
from convlens.ops.gather import Gather
from convlens.ops.index_select import IndexSelect
from convlens.ops.one_hot import OneHot
from convlens.ops.scatter import Scatter
from convlens.ops.sliding_window import SlidingWindow


@reads("index_select")
def _index_select(trace: Trace, x: Any, dim: int, index: Any) -> Any:
    (picked,) = trace.emit(IndexSelect(axis=dim), [x, index])
    return picked if len(index.shape) else reshaped(trace, picked, _with_one(x.spec.dims, dim))


def _with_one(dims: tuple[int, ...], dim: int) -> tuple[int, ...]:
    return tuple(1 if axis == dim % len(dims) else size for axis, size in enumerate(dims))


@reads("take_along_dim")
def _take_along_dim(trace: Trace, x: Any, indices: Any, dim: int | None = None) -> Any:
    """Both are broadcast along the other axes first."""
    if dim is None:
        x, indices, dim = reshaped(trace, x, (-1,)), reshaped(trace, indices, (-1,)), 0
    wide = _beside(spec_of(x).dims, spec_of(indices).dims, dim)
    sources = [_expanded(trace, t, dim, wide) for t in (x, indices)]
    return trace.emit(Gather(axis=dim), sources)[0]


def _beside(x: tuple[int, ...], index: tuple[int, ...], dim: int) -> tuple[int, ...]:
    """The common shape, but for ``dim``."""
    if len(x) != len(index):
        raise ShapeError(f"take_along_dim: the input has {len(x)} axes and the indices have {len(index)}", "as many axes in both")
    return broadcast([_with_one(dims, dim) for dims in (x, index)])


def _expanded(trace: Trace, x: Any, dim: int, wide: tuple[int, ...]) -> Any:
    dims = spec_of(x).dims
    shape = tuple(size if axis == dim % len(dims) else other for axis, (size, other) in enumerate(zip(dims, wide, strict=True)))
    return x if shape == dims else trace.emit(Expand(shape=shape), [x])[0]


@reads("scatter")
def _scatter(trace: Trace, x: Any, dim: int, index: Any, src: Any = None, *, value: Any = None, reduce: str = "replace") -> Any:
    source = [t for t in (src, value) if isinstance(t, torch.Tensor)]
    return trace.emit(Scatter(axis=dim, function=reduce), [x, index, *source])[0]


@reads("scatter_add")
def _scatter_add(trace: Trace, x: Any, dim: int, index: Any, src: Any) -> Any:
    return trace.emit(Scatter(axis=dim, function="add"), [x, index, src])[0]


@reads("scatter_reduce")
def _scatter_reduce(trace: Trace, x: Any, dim: int, index: Any, src: Any, reduce: str, *, include_self: bool = True) -> Any:
    return trace.emit(Scatter(axis=dim, function=reduce), [x, index, src])[0]


@reads("one_hot")
def _one_hot(trace: Trace, x: Any, num_classes: int = -1) -> Any:
    """Without the number of classes it is that of the largest value."""
    if num_classes == -1 and trace.real:
        return opaque(trace, torch.nn.functional.one_hot, (x,), {})
    if num_classes == -1:
        raise DataDependentError("torch.nn.functional.one_hot without num_classes")
    return trace.emit(OneHot(classes=num_classes), [x])[0]


@reads("unfold")
def _sliding_window(trace: Trace, x: Shadow, dimension: int, size: int, step: int) -> Any:
    """``Tensor.unfold``; ``torch.nn.functional.unfold`` arrives as im2col."""
    return trace.emit(SlidingWindow(axis=dimension, size=size, step=step), [x])[0]
