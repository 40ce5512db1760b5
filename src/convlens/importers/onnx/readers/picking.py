"""Values picked by indices, einsum, sampling. Source: ONNX GatherElements-13, ScatterElements-18, GatherND-13, ScatterND-18,
OneHot-11, Einsum-12, GridSample-20.
"""

from collections.abc import Sequence

from convlens.importers.onnx.build import Builder
from convlens.importers.onnx.call import Call, NoReaderError
from convlens.importers.onnx.readers import reads
from convlens.importers.onnx.tensor import Tensor

_MODES = {"bilinear": "bilinear", "linear": "bilinear", "nearest": "nearest", "bicubic": "bicubic", "cubic": "bicubic"}


@reads("GatherElements")
def gather_elements(call: Call, builder: Builder) -> Sequence[Tensor]:
    return builder.emit(call, "gather", [call.tensor(0), call.tensor(1)], axis=call.attr("axis", 0))


@reads("ScatterElements")
def scatter_elements(call: Call, builder: Builder) -> Sequence[Tensor]:
    function = call.attr("reduction", "none")
    settings = {"axis": call.attr("axis", 0), "function": "replace" if function == "none" else function}
    return builder.emit(call, "scatter", [call.tensor(0), call.tensor(1), call.tensor(2)], **settings)


@reads("GatherND")
def gather_nd(call: Call, builder: Builder) -> Sequence[Tensor]:
    return builder.emit(call, "gather_nd", [call.tensor(0), call.tensor(1)], batch=call.attr("batch_dims", 0))


@reads("ScatterND")
def scatter_nd(call: Call, builder: Builder) -> Sequence[Tensor]:
    function = call.attr("reduction", "none")
    inputs = [call.tensor(0), call.tensor(1), call.tensor(2)]
    return builder.emit(call, "scatter_nd", inputs, function="replace" if function == "none" else function)


@reads("OneHot")
def one_hot(call: Call, builder: Builder) -> Sequence[Tensor]:
    """Along a last axis, with a fixed number of classes; the pair of values tells the dtype."""
    x, classes = call.tensor(0), call.number(1)
    if x.spec.floating or classes is None or call.attr("axis", -1) not in (-1, x.spec.rank):
        raise NoReaderError
    return builder.emit(call, "one_hot", [x], classes=classes, dtype=call.tensor(2).spec.dtype)


@reads("Einsum")
def einsum(call: Call, builder: Builder) -> Sequence[Tensor]:
    return builder.emit(call, "einsum", [x for x in call.inputs if x is not None], equation=call.attr("equation", ""))


@reads("GridSample")
def grid_sample(call: Call, builder: Builder) -> Sequence[Tensor]:
    mode = _MODES.get(call.attr("mode", "bilinear"))
    if mode is None:
        raise NoReaderError
    corners = bool(call.attr("align_corners", 0))
    return builder.emit(call, "grid_sample", [call.tensor(0), call.tensor(1)], mode=mode, align_corners=corners)
