"""Calls that give the same values another shape or order of axes."""

from typing import Any

from convlens.importers.torch.readers import reads
from convlens.importers.torch.shadow import Shadow
from convlens.importers.torch.trace import Trace
from convlens.ops.expand import Expand
from convlens.ops.flatten import Flatten
from convlens.ops.permute import Permute
from convlens.ops.reshape import Reshape
from convlens.ops.squeeze import Squeeze
from convlens.ops.unflatten import Unflatten
from convlens.ops.unsqueeze import Unsqueeze


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
def unsqueezed(trace: Trace, x: Shadow, dim: Any) -> Any:
    """New axes of size 1 at one place or several, counted in the result."""
    places = tuple(dim) if isinstance(dim, tuple | list) else (dim,)
    return _undone_by_reshape(trace, x, trace.emit(Unsqueeze(at=places), [x])[0])


@reads("squeeze", "squeeze_")
def _squeeze(trace: Trace, x: Shadow, dim: Any = None) -> Any:
    """Axes of size 1 disappear; a call that finds none makes no node."""
    if x.spec.rank == 0:
        return alias(trace, x)
    op = Squeeze(over=dim)
    return alias(trace, x) if op.infer((x.spec,)) == (x.spec,) else _undone_by_reshape(trace, x, trace.emit(op, [x])[0])


@reads("unflatten")
def _unflatten(trace: Trace, x: Shadow, dim: int, sizes: Any) -> Any:
    return _undone_by_reshape(trace, x, trace.emit(Unflatten(axis=dim, sizes=tuple(map(int, sizes))), [x])[0])


@reads("flatten")
def _flatten(trace: Trace, x: Shadow, start_dim: int = 0, end_dim: int = -1) -> Any:
    return _undone_by_reshape(trace, x, trace.emit(Flatten(start=start_dim, end=end_dim), [x])[0])


@reads("permute")
def permuted(trace: Trace, x: Shadow, *dims: Any, **kwargs: Any) -> Any:
    """Axes in another order; writing into the result is undone by the inverse order."""
    order = tuple(axis % x.spec.rank for axis in sizes_in(dims or (kwargs["dims"],)))
    (view,) = trace.emit(Permute(order=order), [x])
    inverse = tuple(order.index(axis) for axis in range(len(order)))
    return trace.view(x, view, Permute(order=inverse))


@reads("transpose", "swapaxes", "swapdims")
def transposed(trace: Trace, x: Shadow, dim0: int, dim1: int) -> Any:
    order = list(range(x.spec.rank))
    order[dim0], order[dim1] = order[dim1], order[dim0]
    return permuted(trace, x, order)


@reads("t", "T", "mT", "H", "mH", "adjoint", "numpy_T")
def _transposed(trace: Trace, x: Shadow) -> Any:
    if x.spec.rank < 2:
        return alias(trace, x)
    return transposed(trace, x, -2, -1)


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
    return trace.view(x, view, Reshape(shape=x.spec.dims))
