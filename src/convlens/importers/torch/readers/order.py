"""Calls that put values in order, and running sums."""

import math
from typing import Any

import torch

from convlens.importers.torch.readers import READERS, reads
from convlens.importers.torch.readers.cast import cast
from convlens.importers.torch.readers.reduction import named
from convlens.importers.torch.readers.shape import permuted, reshaped
from convlens.importers.torch.shadow import Shadow
from convlens.importers.torch.trace import Trace
from convlens.ops.argsort import Argsort
from convlens.ops.elementwise import Elementwise
from convlens.ops.index_select import IndexSelect
from convlens.ops.kthvalue import Kthvalue
from convlens.ops.scan import Scan
from convlens.ops.sort import Sort
from convlens.ops.topk import Topk


@reads("sort")
def _sort(trace: Trace, x: Shadow, *args: Any, **kwargs: Any) -> Any:
    return named("sort", trace.emit(Sort(**_direction(args, kwargs)), [x]))


@reads("msort")
def _msort(trace: Trace, x: Shadow) -> Any:
    """Along the first axis, without the indices."""
    return trace.emit(Sort(axis=0), [x])[0]


@reads("quantile", "nanquantile")
def _quantile(trace: Trace, x: Shadow, q: Any, dim: int | None = None, keepdim: bool = False, **_: Any) -> Any:
    """Sorted, then the values before and behind each quantile mixed; several quantiles are a first axis of the result."""
    count = tuple(q.shape) if isinstance(q, torch.Tensor) else ()
    line, axis = (reshaped(trace, x, (-1,)), 0) if dim is None else (x, dim % max(x.spec.rank, 1))
    ordered = trace.emit(Sort(axis=axis), [line])[0]
    places = torch.zeros(max(math.prod(count), 1), dtype=torch.int64)
    low, high = (trace.emit(IndexSelect(axis=axis), [ordered, place])[0] for place in (places, places.clone()))
    (mixed,) = trace.emit(Elementwise(function="lerp", scalar=0.5), [low, high])
    dims = list(x.spec.dims)
    left = [1] * len(dims) if dim is None else [1 if at == axis else n for at, n in enumerate(dims)]
    kept = left if keepdim else [] if dim is None else [n for at, n in enumerate(dims) if at != axis]
    order = (axis, *(at for at in range(line.spec.rank) if at != axis))
    return reshaped(trace, permuted(trace, mixed, order), (*count, *kept))


@reads("argsort")
def _argsort(trace: Trace, x: Shadow, *args: Any, **kwargs: Any) -> Any:
    return trace.emit(Argsort(**_direction(args, kwargs)), [x])[0]


def _direction(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """``sort(dim, descending)``, or ``sort(stable=..., dim=..., descending=...)`` by name."""
    named = dict(zip(("dim", "descending"), args, strict=False)) | kwargs
    return {"axis": named.get("dim", -1), "descending": bool(named.get("descending", False))}


@reads("topk")
def _topk(trace: Trace, x: Shadow, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:  # noqa: A002 - PyTorch's name
    return named("topk", trace.emit(Topk(k=int(k), axis=dim, largest=largest, ordered=sorted), [x]))


@reads("kthvalue")
def _kthvalue(trace: Trace, x: Shadow, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    return named("kthvalue", trace.emit(Kthvalue(k=int(k), axis=dim, keep=keepdim), [x]))


@reads("cummax")
def _cummax(trace: Trace, x: Shadow, dim: int) -> Any:
    return named("cummax", trace.emit(Scan(function="cummax", axis=dim), [x]))


@reads("cummin")
def _cummin(trace: Trace, x: Shadow, dim: int) -> Any:
    return named("cummin", trace.emit(Scan(function="cummin", axis=dim), [x]))


def _scan(function: str) -> Any:
    def read(trace: Trace, x: Shadow, dim: int | None = None, *, axis: int = -1, dtype: torch.dtype | None = None) -> Any:
        x = x if dtype is None else cast(trace, x, dtype)
        return trace.emit(Scan(function=function, axis=axis if dim is None else dim), [x])[0]

    return read


READERS.update({name: _scan(name) for name in ("cumsum", "cumprod", "logcumsumexp")})
