"""Maximum pooling: what PyTorch's own padding cannot say is a border of minus infinity first."""

import torch
import torch.nn.functional as F
from torch import Tensor

from convlens.backends.torch.call import Call, Result
from convlens.backends.torch.lowering import lowers
from convlens.backends.torch.lowering.conv import padded

POOLINGS = (F.max_pool1d, F.max_pool2d, F.max_pool3d)


@lowers("max_pool")
def _max_pool(call: Call) -> Result:
    op, pads = call.op, call.op.pads(call.specs[0])
    even = all(0 <= low == high <= k // 2 for (low, high), k in zip(pads, op.kernel, strict=True))
    x = call.x if even else padded(call.x, pads, value=_lowest(call.x))
    values, indices = POOLINGS[op.axes - 1](
        x, op.kernel, op.steps(), [low for low, _ in pads] if even else 0, op.dilation, op.ceil_mode, return_indices=True
    )
    if not even:
        counts = op.windows(call.specs[0])
        values, indices = _cropped(values, counts), _cropped(indices, counts)
        indices = _moved(indices, tuple(x.shape[-op.axes :]), tuple(call.x.shape[-op.axes :]), pads)
    return (values, indices) if op.indices else values


def _lowest(x: Tensor) -> float:
    return -torch.inf if x.is_floating_point() else torch.iinfo(x.dtype).min


def _cropped(y: Tensor, counts: tuple[int, ...]) -> Tensor:
    """Without the windows that start in the right padding, which PyTorch drops only where it padded itself."""
    for axis, count in enumerate(reversed(counts), 1):
        y = y.narrow(-axis, 0, count)
    return y


def _moved(indices: Tensor, padded_sizes: tuple[int, ...], sizes: tuple[int, ...], pads: tuple[tuple[int, int], ...]) -> Tensor:
    """Places in the padded image as places in the image."""
    moved, scale = torch.zeros_like(indices), 1
    for wide, size, (low, _) in reversed(list(zip(padded_sizes, sizes, pads, strict=True))):
        moved += (indices % wide - low) * scale
        indices, scale = indices // wide, scale * size
    return moved
