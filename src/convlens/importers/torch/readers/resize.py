"""Padding and resizing, whose arguments count the axes from the last one."""

from typing import Any

import torch

from convlens.importers.torch.readers import reads
from convlens.importers.torch.shadow import Shadow
from convlens.importers.torch.trace import Trace
from convlens.ops.interpolate import Interpolate
from convlens.ops.pad import Pad


@reads("pad", "constant_pad_nd")
def _pad(trace: Trace, x: Shadow, pad: Any, mode: Any = "constant", value: float | None = None) -> Any:
    if not isinstance(mode, str):
        mode, value = "constant", mode
    pairs = [(int(pad[at]), int(pad[at + 1])) for at in range(len(pad) - 2, -1, -2)]
    op = Pad(before=tuple(p[0] for p in pairs), after=tuple(p[1] for p in pairs), mode=mode, value=value or 0.0)
    return trace.emit(op, [x])[0]


@reads("interpolate", "upsample", "upsample_nearest", "upsample_bilinear")
def _interpolate(
    trace: Trace,
    x: Shadow,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Any:
    axes = x.spec.rank - 2
    sizes = None if size is None else _each(size, axes, int)
    scales = None if scale_factor is None or sizes else _each(scale_factor, axes, float)
    if scales and recompute_scale_factor:
        sizes, scales = tuple(int(n * s) for n, s in zip(x.spec.dims[2:], scales, strict=True)), None
    op = Interpolate(size=sizes, scale=scales, mode=mode, align_corners=bool(align_corners), antialias=antialias)
    return trace.emit(op, [x])[0]


def _each(value: Any, axes: int, kind: Any) -> tuple[Any, ...]:
    entries = value if isinstance(value, tuple | list | torch.Size) else (value,) * axes
    return tuple(kind(entry) for entry in entries)
