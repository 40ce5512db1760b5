"""Tensors made in the forward in the likeness of another: no values, so nothing is filled."""

from typing import Any

import torch

from convlens.importers.torch.readers import reads
from convlens.importers.torch.readers.shape import sizes_in
from convlens.importers.torch.shadow import DTYPE_NAMES, Shadow
from convlens.importers.torch.trace import Trace
from convlens.ops.constant import Constant


@reads("zeros_like", "ones_like", "empty_like", "full_like", "rand_like", "randn_like", "randint_like")
def _like(trace: Trace, x: torch.Tensor, *_: Any, dtype: torch.dtype | None = None, **__: Any) -> Any:
    return made(trace, tuple(x.shape), dtype or x.dtype)


@reads("new_zeros", "new_ones", "new_empty", "new_full")
def _new(trace: Trace, x: torch.Tensor, *size: Any, dtype: torch.dtype | None = None, **kwargs: Any) -> Any:
    first = size[0] if size and isinstance(size[0], tuple | list) else size or kwargs["size"]
    return made(trace, sizes_in((tuple(first),)), dtype or x.dtype)


def made(trace: Trace, dims: tuple[int, ...], dtype: torch.dtype) -> Shadow:
    """A tensor that the forward makes itself."""
    return trace.emit(Constant(shape=dims, dtype=DTYPE_NAMES[dtype]), ())[0]
