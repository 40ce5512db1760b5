"""Largest values, running sums. Source: ONNX TopK-11, CumSum-14."""

from collections.abc import Sequence

from convlens.importers.onnx.build import Builder
from convlens.importers.onnx.call import Call, NoReaderError
from convlens.importers.onnx.readers import reads
from convlens.importers.onnx.tensor import Tensor


@reads("TopK", outputs=2)
def topk(call: Call, builder: Builder) -> Sequence[Tensor]:
    """``k`` is an attribute before operator set 10, then an input."""
    k = call.attr("k", kind=int) if call.opset < 10 else call.number(1)
    if k is None:
        raise NoReaderError
    largest, ordered = bool(call.attr("largest", 1)), bool(call.attr("sorted", 1))
    return builder.emit(call, "topk", [call.tensor(0)], k=k, axis=call.attr("axis", -1), largest=largest, ordered=ordered)


@reads("CumSum")
def cumsum(call: Call, builder: Builder) -> Sequence[Tensor]:
    """From the front, with the output's own place; narrow integers keep their dtype, as ours do not."""
    x, axis = call.tensor(0), call.number(1)
    if axis is None or call.attr("exclusive", 0) or call.attr("reverse", 0):
        raise NoReaderError
    if not x.spec.floating and x.spec.dtype != "int64":
        raise NoReaderError
    return builder.emit(call, "scan", [x], function="cumsum", axis=axis)
