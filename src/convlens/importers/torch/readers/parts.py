"""Calls that take tensors apart and put them together."""

from typing import Any

from convlens.importers.torch.readers import reads
from convlens.importers.torch.readers.shape import view_of
from convlens.importers.torch.shadow import Shadow
from convlens.importers.torch.trace import Trace
from convlens.ir.graph import Ref
from convlens.ops.concat import Concat
from convlens.ops.slice import Slice
from convlens.ops.split import Split
from convlens.ops.stack import Stack
from convlens.ops.update import Update


@reads("cat", "concat", "concatenate")
def _cat(trace: Trace, tensors: Any, dim: int = 0, *, axis: int | None = None) -> Any:
    parts = [x for x in tensors if tuple(x.shape) != (0,)]
    return trace.emit(Concat(axis=dim if axis is None else axis), parts)[0]


@reads("stack")
def _stack(trace: Trace, tensors: Any, dim: int = 0) -> Any:
    return trace.emit(Stack(axis=dim), list(tensors))[0]


@reads("split", "split_with_sizes")
def _split(trace: Trace, x: Shadow, split_size_or_sections: Any = None, dim: int = 0, **kwargs: Any) -> Any:
    sizes = kwargs.get("split_size", kwargs.get("split_sizes", split_size_or_sections))
    return _cut(trace, x, sizes, dim)


@reads("chunk")
def _chunk(trace: Trace, x: Shadow, chunks: int, dim: int = 0) -> Any:
    return _cut(trace, x, -(-x.spec.dims[dim] // chunks), dim)


@reads("tensor_split")
def _tensor_split(trace: Trace, x: Shadow, sections: Any, dim: int = 0) -> Any:
    length = x.spec.dims[dim]
    if isinstance(sections, int):
        sizes = [length // sections + (i < length % sections) for i in range(sections)]
    else:
        ends = [min(max(end + length if end < 0 else end, 0), length) for end in sections]
        sizes = [end - start for start, end in zip([0, *ends], [*ends, length], strict=True)]
    return _cut(trace, x, sizes, dim)


def _cut(trace: Trace, x: Shadow, sizes: Any, dim: int) -> tuple[Shadow, ...]:
    axis, length = dim % x.spec.rank, x.spec.dims[dim]
    if isinstance(sizes, int):
        sizes = [min(sizes, length - start) for start in range(0, length, sizes)] or [0]
    parts = trace.emit(Split(axis=axis, sizes=tuple(sizes)), [x])
    start = 0
    for part in parts:
        _writes_into(trace, x, part, {"on": (axis,), "starts": (start,), "stops": (start + part.spec.dims[axis],)})
        start += part.spec.dims[axis]
    return tuple(parts)


@reads("unbind", "__iter__")
def _unbind(trace: Trace, x: Shadow, dim: int = 0) -> Any:
    return tuple(_select(trace, x, dim, index) for index in range(x.spec.dims[dim]))


@reads("select")
def _select(trace: Trace, x: Shadow, dim: int, index: int) -> Any:
    axis = dim % x.spec.rank
    start = index % x.spec.dims[axis]
    return sliced(trace, x, {"on": (axis,), "starts": (start,), "stops": (start + 1,), "drop": (axis,)})


@reads("narrow")
def _narrow(trace: Trace, x: Shadow, dim: int, start: int, length: int) -> Any:
    return sliced(trace, x, {"on": (dim % x.spec.rank,), "starts": (start,), "stops": (start + length,)})


@reads("slice")
def _slice(trace: Trace, x: Shadow, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1) -> Any:
    length = x.spec.dims[dim]
    stop = length if end is None else min(end, length)
    return sliced(trace, x, {"on": (dim % x.spec.rank,), "starts": (start or 0,), "stops": (stop,), "steps": (step,)})


def sliced(trace: Trace, x: Shadow, settings: dict[str, Any]) -> Shadow:
    """A slice as a view: writing into it changes that part of ``x``."""
    (part,) = trace.emit(Slice(**settings), [x])
    return _writes_into(trace, x, part, settings)


def _writes_into(trace: Trace, x: Shadow, part: Shadow, settings: dict[str, Any]) -> Shadow:
    def write_back(changed: Shadow) -> Ref:
        return trace.emit(Update(**settings), [x, changed])[0].ref

    return view_of(x, part, write_back)
