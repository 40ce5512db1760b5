"""Calls that give the same values another shape or order of axes."""

from math import prod
from typing import Any

from convlens.importers.torch.readers import reads
from convlens.importers.torch.shadow import Shadow
from convlens.importers.torch.trace import Trace
from convlens.ir.graph import Ref
from convlens.ops.expand import Expand
from convlens.ops.flatten import Flatten
from convlens.ops.permute import Permute
from convlens.ops.reshape import Reshape


def sizes_in(args: tuple[Any, ...]) -> tuple[int, ...]:
    """``view(2, 3)`` and ``view((2, 3))`` alike."""
    sizes = args[0] if len(args) == 1 and isinstance(args[0], tuple | list) else args
    return tuple(int(size) for size in sizes)


@reads("view", "reshape", "_unsafe_view")
def reshaped(trace: Trace, x: Shadow, *shape: Any, **kwargs: Any) -> Any:
    """The new shape; a reshape that changes nothing makes no node."""
    sizes = sizes_in(shape or (kwargs["shape"],))
    if sizes == x.spec.dims:
        return alias(trace, x)
    return _undone_by_reshape(trace, x, trace.emit(Reshape(shape=sizes), [x])[0])


@reads("view_as", "reshape_as")
def _view_as(trace: Trace, x: Shadow, other: Shadow) -> Any:
    return reshaped(trace, x, tuple(other.shape))


@reads("unsqueeze", "unsqueeze_")
def _unsqueeze(trace: Trace, x: Shadow, dim: int) -> Any:
    axis = dim + x.spec.rank + 1 if dim < 0 else dim
    return reshaped(trace, x, (*x.spec.dims[:axis], 1, *x.spec.dims[axis:]))


@reads("squeeze", "squeeze_")
def _squeeze(trace: Trace, x: Shadow, dim: Any = None) -> Any:
    axes = range(x.spec.rank) if dim is None else dim if isinstance(dim, tuple | list) else (dim,)
    gone = {axis % max(x.spec.rank, 1) for axis in axes}
    return reshaped(trace, x, tuple(n for axis, n in enumerate(x.spec.dims) if n != 1 or axis not in gone))


@reads("unflatten")
def _unflatten(trace: Trace, x: Shadow, dim: int, sizes: Any) -> Any:
    axis, parts = dim % x.spec.rank, tuple(map(int, sizes))
    if -1 in parts:
        rest = x.spec.dims[axis] // max(prod(n for n in parts if n != -1), 1)
        parts = tuple(rest if n == -1 else n for n in parts)
    return reshaped(trace, x, (*x.spec.dims[:axis], *parts, *x.spec.dims[axis + 1 :]))


@reads("flatten")
def _flatten(trace: Trace, x: Shadow, start_dim: int = 0, end_dim: int = -1) -> Any:
    return _undone_by_reshape(trace, x, trace.emit(Flatten(start=start_dim, end=end_dim), [x])[0])


@reads("permute")
def permuted(trace: Trace, x: Shadow, *dims: Any, **kwargs: Any) -> Any:
    """Axes in another order; writing into the result is undone by the inverse order."""
    order = tuple(axis % x.spec.rank for axis in sizes_in(dims or (kwargs["dims"],)))
    (view,) = trace.emit(Permute(order=order), [x])
    inverse = tuple(order.index(axis) for axis in range(len(order)))
    return view_of(x, view, lambda changed: trace.emit(Permute(order=inverse), [changed])[0].ref)


@reads("transpose", "swapaxes", "swapdims")
def _transpose(trace: Trace, x: Shadow, dim0: int, dim1: int) -> Any:
    order = list(range(x.spec.rank))
    order[dim0], order[dim1] = order[dim1], order[dim0]
    return permuted(trace, x, order)


@reads("t", "T", "mT", "H", "mH", "adjoint", "numpy_T")
def _transposed(trace: Trace, x: Shadow) -> Any:
    if x.spec.rank < 2:
        return alias(trace, x)
    return _transpose(trace, x, -2, -1)


@reads("movedim", "moveaxis")
def _movedim(trace: Trace, x: Shadow, source: Any, destination: Any) -> Any:
    rank = x.spec.rank
    moved = [axis % rank for axis in ([source] if isinstance(source, int) else source)]
    places = [axis % rank for axis in ([destination] if isinstance(destination, int) else destination)]
    rest = iter(axis for axis in range(rank) if axis not in moved)
    order = [moved[places.index(at)] if at in places else next(rest) for at in range(rank)]
    return permuted(trace, x, order)


@reads("expand")
def _expand(trace: Trace, x: Shadow, *shape: Any, **_: Any) -> Any:
    sizes = sizes_in(shape)
    return alias(trace, x) if sizes == x.spec.dims else trace.emit(Expand(shape=sizes), [x])[0]


@reads("expand_as")
def _expand_as(trace: Trace, x: Shadow, other: Shadow) -> Any:
    return _expand(trace, x, tuple(other.shape))


@reads("broadcast_to")
def _broadcast_to(trace: Trace, x: Shadow, shape: Any) -> Any:
    return _expand(trace, x, tuple(shape))


def alias(trace: Trace, x: Shadow) -> Shadow:
    """Another tensor object over the same memory: writing into it changes ``x``."""
    return view_of(x, trace.shadow(x.spec, x.ref), lambda changed: changed.ref)


def view_of(base: Shadow, view: Shadow, write_back: Any) -> Shadow:
    """``view`` shares the memory of ``base``; ``write_back`` gives the base's ref after a write into the view."""
    view.base, view.write_back = base, write_back
    return view


def _undone_by_reshape(trace: Trace, x: Shadow, view: Shadow) -> Shadow:
    dims = x.spec.dims

    def write_back(changed: Shadow) -> Ref:
        return trace.emit(Reshape(shape=dims), [changed])[0].ref

    return view_of(x, view, write_back)
