"""Pooling. Source: ONNX operators MaxPool-22, AveragePool-22, LpPool-22, MaxUnpool-22, GlobalAveragePool-22 and its like."""

from collections.abc import Sequence
from typing import Any

from convlens.importers.onnx.build import Builder
from convlens.importers.onnx.call import Call, NoReaderError
from convlens.importers.onnx.readers import reads
from convlens.importers.onnx.readers.convolution import padding_of
from convlens.importers.onnx.tensor import Tensor


@reads("MaxPool", outputs=2)
def max_pool(call: Call, builder: Builder) -> Sequence[Tensor]:
    """The second output says where each maximum was."""
    return builder.emit(call, "max_pool", [call.tensor(0)], indices=call.used > 1, **_window(call))


@reads("AveragePool")
def average_pool(call: Call, builder: Builder) -> Sequence[Tensor]:
    """Padding does not count in the mean unless it is asked for."""
    counted = bool(call.attr("count_include_pad", 0))
    return builder.emit(call, "avg_pool", [call.tensor(0)], count_include_pad=counted, **_window(call))


@reads("LpPool")
def lp_pool(call: Call, builder: Builder) -> Sequence[Tensor]:
    return builder.emit(call, "lp_pool", [call.tensor(0)], p=call.attr("p", 2), **_window(call))


@reads("GlobalLpPool")
def global_lp_pool(call: Call, builder: Builder) -> Sequence[Tensor]:
    """One window as large as the image."""
    x = call.tensor(0)
    if x.spec.rank < 3:
        raise NoReaderError
    return builder.emit(call, "lp_pool", [x], p=call.attr("p", 2), kernel=x.spec.dims[2:])


@reads("MaxUnpool")
def max_unpool(call: Call, builder: Builder) -> Sequence[Tensor]:
    """The output's shape may be said; its spatial part is our size."""
    x, window, shape = call.tensor(0), _window(call), call.whole(2)
    if isinstance(window["padding"], str) or (shape is not None and len(shape) != x.spec.rank):
        raise NoReaderError
    settings = {name: window[name] for name in ("kernel", "stride", "padding")}
    return builder.emit(call, "max_unpool", [x, call.tensor(1)], size=shape[2:] if shape else None, **settings)


@reads("GlobalAveragePool")
def global_average_pool(call: Call, builder: Builder) -> Sequence[Tensor]:
    return _global(call, builder, "adaptive_avg_pool")


@reads("GlobalMaxPool")
def global_max_pool(call: Call, builder: Builder) -> Sequence[Tensor]:
    return _global(call, builder, "adaptive_max_pool")


def _window(call: Call) -> dict[str, Any]:
    kernel = call.ints("kernel_shape")
    if not kernel or call.tensor(0).spec.rank != len(kernel) + 2:
        raise NoReaderError
    return {
        "kernel": kernel,
        "stride": call.ints("strides") or [1] * len(kernel),
        "padding": padding_of(call, len(kernel)),
        "dilation": call.ints("dilations") or [1] * len(kernel),
        "ceil_mode": bool(call.attr("ceil_mode", 0)),
    }


def _global(call: Call, builder: Builder, op: str) -> Sequence[Tensor]:
    axes = call.tensor(0).spec.rank - 2
    if axes < 1:
        raise NoReaderError
    return builder.emit(call, op, [call.tensor(0)], size=(1,) * axes)
