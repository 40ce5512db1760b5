"""Deformable convolution without torchvision: each tap samples the image at its moved places."""

from math import prod

import torch
import torch.nn.functional as F
from torch import Tensor

from convlens.backends.torch.call import Call
from convlens.backends.torch.lowering import lowers


@lowers("deform_conv")
def _deform_conv(call: Call) -> Tensor:
    """Offsets are (row, column) for each tap of each offset group, as torchvision.ops.deform_conv2d has them."""
    op, (x, offsets) = call.op, call.xs[:2]
    if op.axes != 2:
        raise NotImplementedError(f"deformable convolution along {op.axes} axes; 2 are run")
    batch, channels, taps = x.shape[0], x.shape[1], prod(op.kernel)
    space = offsets.shape[2:]
    moved = offsets.reshape(batch, op.offset_groups, taps, 2, *space) + _taps(op, space, x)
    images = x.reshape(batch * op.offset_groups, -1, *x.shape[2:])
    read = _sampled(images, moved.reshape(batch * op.offset_groups, taps, 2, *space))
    if op.mask:
        read = read * call.xs[2].reshape(batch * op.offset_groups, 1, taps, *space)
    columns = read.reshape(batch, op.groups, channels // op.groups * taps, prod(space))
    weight = call.weights["weight"].reshape(op.groups, op.out // op.groups, -1)
    made = (weight @ columns).reshape(batch, op.out, *space)
    bias = call.weights.get("bias")
    return made if bias is None else made + bias.reshape(-1, 1, 1)


def _taps(op: object, space: torch.Size, x: Tensor) -> Tensor:
    """The unmoved place of each tap for each output: taps x 2 x output sizes."""
    along = []
    for axis in range(2):
        kernel, stride, (low, _), dilation = (getattr(op, f)[axis] for f in ("kernel", "stride", "padding", "dilation"))
        starts = torch.arange(space[axis], dtype=x.dtype, device=x.device) * stride - low
        along.append(torch.arange(kernel, dtype=x.dtype, device=x.device)[:, None] * dilation + starts)
    rows, columns = along
    shape = (len(rows), len(columns), *space)
    return torch.stack([rows[:, None, :, None].expand(shape), columns[None, :, None, :].expand(shape)], 2).flatten(0, 1)


def _sampled(images: Tensor, places: Tensor) -> Tensor:
    """Linear interpolation at (row, column) in pixels, zeros outside: B x C x taps x output sizes."""
    batch, taps, _, height, width = places.shape
    sizes = torch.tensor(images.shape[2:], dtype=places.dtype, device=places.device).reshape(2, 1, 1)
    grid = ((places + 0.5) * 2 / sizes - 1).flip(2).movedim(2, -1).reshape(batch, taps * height, width, 2)
    return F.grid_sample(images, grid, align_corners=False).reshape(batch, -1, taps, height, width)
