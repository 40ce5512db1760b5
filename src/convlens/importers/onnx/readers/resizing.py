"""Resize and Upsample. Source: ONNX Resize-19, Upsample-9."""

import struct
from collections.abc import Sequence
from math import floor, isfinite
from typing import Any

from convlens.importers.onnx.build import Builder, broken
from convlens.importers.onnx.call import Call, NoReaderError
from convlens.importers.onnx.readers import reads
from convlens.importers.onnx.tensor import Tensor
from convlens.ir.spec import Shape

_LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}
_CENTRED = ("half_pixel", "pytorch_half_pixel")


@reads("Resize")
def resize(call: Call, builder: Builder) -> Sequence[Tensor]:
    """Sizes win over scales. Forms that PyTorch's interpolate does not have become opaque."""
    newer = call.opset >= 11
    sizes = call.whole(3) if newer else None
    scales = call.values(2 if newer else 1) if not sizes else None
    if call.attr("keep_aspect_ratio_policy", "stretch") != "stretch":
        raise NoReaderError
    axes = call.ints("axes")
    if sizes is None and scales is None:
        raise broken(call, "neither sizes nor scales are given", "one of the two", [call.tensor(0)])
    factors = [float(v) for v in scales.items] if scales is not None else None
    return _interpolated(call, builder, sizes, factors, axes, _mode(call, newer))


@reads("Upsample")
def upsample(call: Call, builder: Builder) -> Sequence[Tensor]:
    """Always asymmetric; the scales are an attribute before operator set 9."""
    values = call.values(1)
    factors = call.floats("scales") if values is None else [float(v) for v in values.items]
    if not factors or call.attr("mode", "nearest") != "nearest":
        raise NoReaderError
    return _interpolated(call, builder, None, factors, None, {"mode": "nearest"})


def _mode(call: Call, newer: bool) -> dict[str, Any]:
    """Our settings for a mode and its rule for coordinates."""
    axes = call.tensor(0).spec.rank - 2
    mode = call.attr("mode", "nearest")
    rule = call.attr("coordinate_transformation_mode", "half_pixel" if newer else "asymmetric")
    rounding = call.attr("nearest_mode", "round_prefer_floor" if newer else "floor")
    if mode == "nearest":
        if rule == "asymmetric" and rounding == "floor":
            return {"mode": "nearest"}
        if rule in _CENTRED and rounding.startswith("round"):
            return {"mode": "nearest-exact"}
        raise NoReaderError
    corners = rule == "align_corners"
    word = _LINEAR.get(axes) if mode == "linear" else "bicubic" if mode == "cubic" and axes == 2 else None
    if word is None or not (corners or rule in _CENTRED):
        raise NoReaderError
    return {"mode": word, "align_corners": corners, "antialias": bool(call.attr("antialias", 0))}


def _interpolated(
    call: Call,
    builder: Builder,
    sizes: list[int] | None,
    factors: list[float] | None,
    axes: list[int] | None,
    mode: dict[str, Any],
) -> Sequence[Tensor]:
    x = call.tensor(0)
    rank = x.spec.rank
    on = [axis % max(rank, 1) for axis in axes] if axes is not None else list(range(rank))
    stated = sizes if sizes is not None else factors or []
    if len(stated) != len(on) or len(set(on)) != len(on) or not 3 <= rank <= 5:
        raise NoReaderError
    scale = [1.0] * rank
    full = list(x.spec.dims)
    for axis, value in zip(on, stated, strict=True):
        full[axis] = int(value) if sizes is not None else _scaled(x.spec.dims[axis], value)
        scale[axis] = float(value)
    if tuple(full[:2]) != x.spec.dims[:2]:
        raise NoReaderError
    if factors is not None and [floor(n * s) for n, s in zip(x.spec.dims[2:], scale[2:], strict=True)] == full[2:]:
        return builder.emit(call, "interpolate", [x], scale=scale[2:], **mode)
    return builder.emit(call, "interpolate", [x], size=_positive(full[2:]), **mode)


def _scaled(size: int, scale: float) -> int:
    """``floor(size * scale)`` in single precision, as runtimes compute it."""
    product = size * scale
    if not isfinite(product) or abs(product) > 2**53:
        raise NoReaderError
    (single,) = struct.unpack("<f", struct.pack("<f", product))
    return floor(float(single))


def _positive(sizes: list[int]) -> Shape:
    if min(sizes) < 1:
        raise NoReaderError
    return tuple(sizes)
