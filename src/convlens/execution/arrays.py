"""From arrays to tensors and back: a NumPy array gives a NumPy array, a tensor gives a tensor."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from convlens.ir.errors import UsageError, quoted
from convlens.ir.spec import Shape, TensorSpec


def tensor_of(value: Any, what: str) -> Tensor:
    """A tensor of the same dtype. Raises `UsageError` for what is no array of numbers.

    >>> tensor_of(np.arange(3.0)[::-1], "the input")
    tensor([2., 1., 0.], dtype=torch.float64)
    """
    if isinstance(value, Tensor):
        return value.detach()
    try:
        array = np.array(value)
        return torch.from_numpy(array.astype(array.dtype.newbyteorder("=")))
    except (TypeError, ValueError) as error:
        shown = f"an array of {value.dtype}" if isinstance(value, np.ndarray) else quoted(value)
        raise UsageError(f"{what} must be an array of numbers, not {shown}: {error}") from None


def array_like(made: Tensor, example: Any) -> Any:
    """The tensor as ``example`` is: a tensor where that is one, else a NumPy array."""
    return made if isinstance(example, Tensor) else numpy_of(made)


def numpy_of(x: Tensor) -> Any:
    """The values as a NumPy array, which has no bfloat16: float32 then.

    >>> numpy_of(torch.ones(2, dtype=torch.bfloat16)).dtype
    dtype('float32')
    """
    return (x.float() if x.dtype == torch.bfloat16 else x).numpy(force=True)


def to_graph(x: Tensor, layout: str) -> Tensor:
    """From the call's order of axes to N, C, space.

    >>> to_graph(torch.zeros(10, 9, 8, 3), "N*C").shape
    torch.Size([10, 3, 9, 8])
    """
    return x.movedim(-1, 1) if layout == "N*C" and x.dim() > 2 else x


def from_graph(x: Tensor, layout: str) -> Tensor:
    """The inverse of `to_graph`, in memory as its axes are."""
    return x.movedim(1, -1).contiguous() if layout == "N*C" and x.dim() > 2 else x


def dims_to_graph(dims: Shape, layout: str) -> Shape:
    """The shape that `to_graph` makes of a tensor of this one.

    >>> dims_to_graph((10, 9, 8, 3), "N*C"), dims_from_graph((10, 3, 9, 8), "N*C"), dims_to_graph((10, 3), "N*C")
    ((10, 3, 9, 8), (10, 9, 8, 3), (10, 3))
    """
    return (dims[0], dims[-1], *dims[1:-1]) if layout == "N*C" and len(dims) > 2 else dims


def dims_from_graph(dims: Shape, layout: str) -> Shape:
    """The inverse of `dims_to_graph`."""
    return (dims[0], *dims[2:], dims[1]) if layout == "N*C" and len(dims) > 2 else dims


def dtype_name(x: Tensor) -> str:
    """
    >>> dtype_name(torch.zeros(1))
    'float32'
    """
    return str(x.dtype).removeprefix("torch.")


def shape_of(x: Tensor) -> Shape:
    return tuple(x.shape)


def spec_of(x: Tensor) -> TensorSpec:
    """
    >>> spec_of(torch.zeros(2, 3))
    TensorSpec(dims=(2, 3), dtype='float32')
    """
    return TensorSpec(shape_of(x), dtype_name(x))
