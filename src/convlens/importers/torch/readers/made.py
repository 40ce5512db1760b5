"""Tensors made in the forward in the likeness of another: one number for all values, or none that is known."""

from typing import Any

import torch

from convlens.importers.torch.readers import READERS, reads
from convlens.importers.torch.readers.cast import cast
from convlens.importers.torch.readers.shape import sizes_in
from convlens.importers.torch.shadow import DTYPE_NAMES, Shadow
from convlens.importers.torch.trace import Trace
from convlens.ops.constant import Constant
from convlens.ops.expand import Expand

_FILLS = {"zeros": 0, "ones": 1, "empty": None, "rand": None, "randn": None, "randint": None}


def _like(fill: float | None) -> Any:
    def read(trace: Trace, x: torch.Tensor, *_: Any, dtype: torch.dtype | None = None, **__: Any) -> Any:
        return made(trace, tuple(x.shape), dtype or x.dtype, fill)

    return read


def _new(fill: float | None) -> Any:
    def read(trace: Trace, x: torch.Tensor, *size: Any, dtype: torch.dtype | None = None, **kwargs: Any) -> Any:
        first = size[0] if size and isinstance(size[0], tuple | list) else size or kwargs["size"]
        return made(trace, sizes_in((tuple(first),)), dtype or x.dtype, fill)

    return read


@reads("full_like")
def _full_like(trace: Trace, x: torch.Tensor, fill_value: Any, *, dtype: torch.dtype | None = None, **_: Any) -> Any:
    return made(trace, tuple(x.shape), dtype or x.dtype, fill_value)


@reads("new_full")
def _new_full(trace: Trace, x: torch.Tensor, size: Any, fill_value: Any, *, dtype: torch.dtype | None = None, **_: Any) -> Any:
    return made(trace, sizes_in((tuple(size),)), dtype or x.dtype, fill_value)


def made(trace: Trace, dims: tuple[int, ...], dtype: torch.dtype, fill: Any = None) -> Shadow:
    """A tensor that the forward makes itself; one that is filled with a number is that number, repeated without memory."""
    value = torch.tensor(fill, dtype=dtype).expand(dims) if isinstance(fill, int | float) else None
    return trace.emit(Constant(shape=dims, dtype=DTYPE_NAMES[dtype]), (), value=value)[0]


READERS.update({f"{name}_like": _like(fill) for name, fill in _FILLS.items()})
READERS.update({f"new_{name}": _new(_FILLS[name]) for name in ("zeros", "ones", "empty")})


@reads("fill", "fill_", "zero", "zero_", "normal_", "uniform_", "exponential_", "log_normal_", "cauchy_", "geometric_", "random_")
def _filled(trace: Trace, x: Shadow, *_: Any, **__: Any) -> Any:
    """Nothing is left of what was there."""
    return made(trace, x.spec.dims, x.dtype)


@reads("copy", "copy_")
def _copy(trace: Trace, x: Shadow, source: Shadow, *_: Any, **__: Any) -> Any:
    """The source in the dtype of ``x``, broadcast to it."""
    y = cast(trace, source, x.dtype)
    return trace.shadow(y.spec, y.ref) if y.spec.dims == x.spec.dims else trace.emit(Expand(shape=x.spec.dims), [y])[0]
