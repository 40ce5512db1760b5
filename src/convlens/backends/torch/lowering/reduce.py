"""Reductions and running sums."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from convlens.backends.torch.call import Call, Result
from convlens.backends.torch.lowering import lowers

_BY_AXES: dict[str, Callable[..., Any]] = {
    "mean": torch.mean, "sum": torch.sum, "max": torch.amax, "min": torch.amin, "logsumexp": torch.logsumexp, "all": torch.all,
    "any": torch.any,
}  # fmt: skip
_SPREADS: dict[str, Callable[..., Any]] = {
    "var": torch.var, "std": torch.std, "var_mean": torch.var_mean, "std_mean": torch.std_mean,
}  # fmt: skip
_BY_AXIS: dict[str, Callable[..., Any]] = {
    "argmax": torch.argmax, "argmin": torch.argmin, "aminmax": torch.aminmax, "max_with_indices": torch.max,
    "min_with_indices": torch.min, "median_with_indices": torch.median, "mode_with_indices": torch.mode,
}  # fmt: skip


@lowers("reduce")
def _reduce(call: Call) -> Result:
    op, x = call.op, call.x
    over = tuple(range(x.dim())) if not op.over else tuple(axis % max(x.dim(), 1) for axis in op.over)
    made: Result
    if op.function == "norm":
        made = torch.linalg.vector_norm(x, op.p, over, op.keep)
    elif op.function in _SPREADS:
        made = _SPREADS[op.function](x, dim=over, correction=op.correction, keepdim=op.keep)
    elif op.function in _BY_AXES:
        made = _BY_AXES[op.function](x, dim=over, keepdim=op.keep)
    elif op.function in _BY_AXIS:
        made = _along_one(x, op.function, over, keep=op.keep)
    else:
        made = _whole(x, op.function, over, keep=op.keep)
    return made


def _along_one(x: Tensor, function: str, over: tuple[int, ...], *, keep: bool) -> Any:
    """Over all axes the tensor is one row, and the result has an axis of size 1 for each that went."""
    if len(over) == 1:
        return _BY_AXIS[function](x, dim=over[0], keepdim=keep)
    made = _BY_AXIS[function](x.flatten(), dim=0)
    shape = (1,) * x.dim() if keep else ()
    return made.reshape(shape) if isinstance(made, Tensor) else tuple(part.reshape(shape) for part in made)


def _whole(x: Tensor, function: str, over: tuple[int, ...], *, keep: bool) -> Tensor:
    """Product, median and count, which PyTorch takes over one axis or with other arguments."""
    over = tuple(axis for axis in over if axis < x.dim())
    kept = [axis for axis in range(x.dim()) if axis not in over]
    lines = x.permute([*kept, *over]).reshape([*(x.shape[axis] for axis in kept), -1])
    made: Tensor
    if function == "prod":
        made = torch.prod(lines, -1)
    elif function == "median":
        made = torch.median(lines, -1).values
    else:
        made = torch.count_nonzero(lines, -1)
    return made.reshape([1 if axis in over else n for axis, n in enumerate(x.shape)]) if keep else made


@lowers("scan")
def _scan(call: Call) -> Result:
    made: Result = getattr(torch, call.op.function)(call.x, call.op.axis)
    return made
