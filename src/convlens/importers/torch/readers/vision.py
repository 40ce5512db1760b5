"""Operators of torchvision, known by the names of their kernels; torchvision itself need not be installed."""

from typing import Any

import torch

from convlens.importers.torch.opaque import opaque, undetermined
from convlens.importers.torch.readers import reads
from convlens.importers.torch.refusal import refusal
from convlens.importers.torch.shadow import spec_of
from convlens.importers.torch.trace import Trace
from convlens.ir.spec import TensorSpec
from convlens.ops.deform_conv import DeformConv
from convlens.ops.opaque import Opaque, written


@reads("deform_conv2d", weights=True)
def _deform_conv2d(trace: Trace, x: Any, weight: Any, offset: Any, mask: Any, bias: Any, stride_h: int, stride_w: int,
                   pad_h: int, pad_w: int, dilation_h: int, dilation_w: int, groups: int, offset_groups: int,
                   use_mask: bool) -> Any:  # fmt: skip
    """The kernel always gets a mask and a bias: torchvision gives an empty mask, and zeros where there is no bias."""
    owned = {"weight": weight, **({"bias": bias} if trace.is_parameter(bias) else {})}
    op = DeformConv(out=weight.shape[0], kernel=tuple(weight.shape[2:]), stride=(stride_h, stride_w), padding=(pad_h, pad_w),
                    dilation=(dilation_h, dilation_w), groups=groups, offset_groups=offset_groups, mask=use_mask,
                    bias="bias" in owned)  # fmt: skip
    shapes = {name: tuple(w.shape) for name, w in owned.items()}
    data = [x, offset, *([mask] if use_mask else [])]
    if not all(map(trace.is_parameter, owned.values())):
        return trace.emit(op, [*data, *owned.values()])[0]
    return trace.emit(op, data, owned, refusal=refusal(op, shapes, tuple(map(spec_of, data))))[0]


@reads("nms")
def _nms(trace: Trace, *args: Any) -> Any:
    """How many boxes stay depends on their values."""
    if not trace.real:
        undetermined(trace, "torchvision.ops.nms", args)
    return opaque(trace, torch.ops.torchvision.nms, args, {})


@reads("roi_align")
def _roi_align(trace: Trace, x: Any, rois: Any, _scale: float, height: int, width: int, *_: Any) -> Any:
    return _pooled(trace, "torchvision.ops.roi_align", x, rois, height, width)


@reads("roi_pool")
def _roi_pool(trace: Trace, x: Any, rois: Any, _scale: float, height: int, width: int) -> Any:
    return _pooled(trace, "torchvision.ops.roi_pool", x, rois, height, width, mapping=True)


@reads("ps_roi_align", "ps_roi_pool")
def _ps_roi(trace: Trace, x: Any, rois: Any, _scale: float, height: int, width: int, *_: Any) -> Any:
    """Position-sensitive: every cell of the output has channels of its own."""
    return _pooled(trace, "torchvision.ops.ps_roi", x, rois, height, width, shared=height * width, mapping=True)


def _pooled(
    trace: Trace, call: str, x: Any, rois: Any, height: int, width: int, *, shared: int = 1, mapping: bool = False
) -> Any:
    """One output for each region; some kernels also return where each value came from."""
    dims = (rois.shape[0], x.shape[1] // shared, height, width)
    results = [TensorSpec(dims, spec_of(x).dtype), *([TensorSpec(dims, "int32")] if mapping else [])]
    found = trace.emit(Opaque(call=call, results=tuple(map(written, results))), [x, rois])
    return tuple(found) if mapping else found[0]
