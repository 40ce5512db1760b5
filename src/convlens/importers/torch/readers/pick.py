"""Values picked by indices, and written to places that indices name."""

from typing import Any

import torch

from convlens.importers.torch.opaque import DataDependentError, opaque
from convlens.importers.torch.readers import READERS, reads
from convlens.importers.torch.readers.shape import reshaped
from convlens.importers.torch.shadow import Shadow, spec_of
from convlens.importers.torch.trace import Trace
from convlens.ir.errors import ShapeError
from convlens.ir.spec import show_shape
from convlens.ops._pointwise import broadcast
from convlens.ops.expand import Expand
from convlens.ops.gather import Gather
from convlens.ops.index_put import IndexPut
from convlens.ops.index_select import IndexSelect
from convlens.ops.masked_scatter import MaskedScatter
from convlens.ops.one_hot import OneHot
from convlens.ops.scatter import Scatter
from convlens.ops.searchsorted import Searchsorted
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


def _index_reader(function: str) -> Any:
    def read(trace: Trace, x: Any, dim: int, index: Any, source: Any, *_: Any, **__: Any) -> Any:
        return _put_along(trace, function, x, dim, index, source)

    return read


@reads("index_reduce")
def _index_reduce(trace: Trace, x: Any, dim: int, index: Any, source: Any, reduce: str, **_: Any) -> Any:
    return _put_along(trace, reduce, x, dim, index, source)


@reads("index_fill")
def _index_fill(trace: Trace, x: Any, dim: int, index: Any, value: Any) -> Any:
    values = (value,) if isinstance(value, torch.Tensor) else ()
    return trace.emit(IndexPut(on=(dim % max(x.spec.rank, 1),)), [x, index, *values])[0]


def _put_along(trace: Trace, function: str, x: Any, dim: int, index: Any, source: Any) -> Any:
    """The source is not broadcast: it has the shape of what the indices pick."""
    axis = dim % max(x.spec.rank, 1)
    wanted = (*x.spec.dims[:axis], *index.shape, *x.spec.dims[axis + 1 :])
    refusal = None
    if tuple(source.shape) != wanted:
        refusal = ShapeError(f"the source is {source.spec}, the places {show_shape(wanted)}", f"a source of {show_shape(wanted)}")
    return trace.emit(IndexPut(on=(axis,), function=function), [x, index, source], refusal=refusal)[0]


@reads("take")
def _take(trace: Trace, x: Any, index: Any) -> Any:
    """Of all values in one line."""
    return trace.emit(IndexSelect(axis=0), [reshaped(trace, x, (-1,)), index])[0]


@reads("put")
def _put(trace: Trace, x: Any, index: Any, source: Any, accumulate: bool = False) -> Any:
    op = IndexPut(on=(0,), function="add" if accumulate else "replace")
    line = reshaped(trace, x, (-1,))
    (written,) = trace.emit(op, [line, reshaped(trace, index, (-1,)), reshaped(trace, source, (-1,))])
    return reshaped(trace, written, x.spec.dims)


@reads("masked_scatter")
def _masked_scatter(trace: Trace, x: Any, mask: Any, source: Any) -> Any:
    return trace.emit(MaskedScatter(), [x, mask, source])[0]


@reads("searchsorted")
def _searchsorted(trace: Trace, ordered: Any, values: Any, *, side: str | None = None, right: bool = False, **how: Any) -> Any:
    return _searched(trace, ordered, values, right=right or side == "right", **how)


@reads("bucketize")
def _bucketize(trace: Trace, values: Any, boundaries: Any, **how: Any) -> Any:
    return _searched(trace, boundaries, values, **how)


def _searched(trace: Trace, ordered: Any, values: Any, *, right: bool = False, out_int32: bool = False, **_: Any) -> Any:
    found = values if isinstance(values, torch.Tensor) else torch.tensor(values)
    return trace.emit(Searchsorted(dtype="int32" if out_int32 else "int64", right=right), [ordered, found])[0]


@reads("one_hot")
def _one_hot(trace: Trace, x: Any, num_classes: int = -1) -> Any:
    """Without the number of classes it is that of the largest value."""
    if num_classes == -1 and trace.real:
        return opaque(trace, torch.nn.functional.one_hot, (x,), {})
    if num_classes == -1:
        raise DataDependentError.of("torch.nn.functional.one_hot without num_classes")
    return trace.emit(OneHot(classes=num_classes), [x])[0]


@reads("unfold")
def _sliding_window(trace: Trace, x: Shadow, dimension: int, size: int, step: int) -> Any:
    """``Tensor.unfold``; ``torch.nn.functional.unfold`` arrives as im2col."""
    return trace.emit(SlidingWindow(axis=dimension, size=size, step=step), [x])[0]


READERS.update({"index_add": _index_reader("add"), "index_copy": _index_reader("replace")})
