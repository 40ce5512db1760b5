"""A part of a tensor, taken or overwritten; PyTorch has no negative steps, so indices are listed."""

import torch
from torch import Tensor

from convlens.backends.torch.call import Call
from convlens.backends.torch.lowering import lowers
from convlens.ir.spec import TensorSpec
from convlens.ops.slice import Slice


@lowers("slice")
def _slice(call: Call) -> Tensor:
    part = call.x
    for axis, taken in call.op.taken(call.specs[0]).items():
        part = _along(part, axis, taken)
    return _without(part, call.op.drop, call.specs[0])


def _along(x: Tensor, axis: int, taken: range) -> Tensor:
    if taken.step > 0:
        return x[(slice(None),) * axis + (slice(taken.start, max(taken.stop, taken.start), taken.step),)]
    return x.index_select(axis, torch.tensor(list(taken), dtype=torch.int64, device=x.device))


def _without(x: Tensor, drop: tuple[int, ...], spec: TensorSpec) -> Tensor:
    gone = {axis % spec.rank for axis in drop}
    return x.reshape([size for axis, size in enumerate(x.shape) if axis not in gone])


@lowers("update")
def _update(call: Call) -> Tensor:
    """Every place of the part gets its value through its index along each axis."""
    x, value = call.xs
    settings = call.op.settings()
    taken = Slice(**settings).taken(call.specs[0])
    indices = [list(taken.get(axis, range(size))) for axis, size in enumerate(x.shape)]
    if not all(indices):
        return x.clone()
    gone = {axis % x.dim() for axis in call.op.drop}
    shape = iter(value.expand([len(i) for axis, i in enumerate(indices) if axis not in gone]).shape)
    full = value.expand([len(i) for axis, i in enumerate(indices) if axis not in gone]).reshape(
        [1 if axis in gone else next(shape) for axis in range(x.dim())]
    )
    grid = torch.meshgrid(*(torch.tensor(i, device=x.device) for i in indices), indexing="ij") if indices else ()
    return x.index_put(tuple(grid), full.to(x.dtype))
