"""Reductions. Source: ONNX ReduceMean-18 and its like, ArgMax-13, ArgMin-13."""

from collections.abc import Sequence
from typing import Any

from convlens.importers.onnx.build import Builder
from convlens.importers.onnx.call import Call, NoReaderError
from convlens.importers.onnx.readers import reads
from convlens.importers.onnx.tensor import Tensor

_FUNCTIONS = {
    "ReduceMean": "mean", "ReduceSum": "sum", "ReduceMax": "max", "ReduceMin": "min", "ReduceProd": "prod",
    "ReduceLogSumExp": "logsumexp", "ReduceL1": "norm", "ReduceL2": "norm",
}  # fmt: skip
_INDEX = {"ArgMax": "argmax", "ArgMin": "argmin"}


@reads(*_FUNCTIONS)
def reduce(call: Call, builder: Builder) -> Sequence[Tensor]:
    """Over ``axes`` (an attribute, then an input), or everything; sums of narrow integers keep their dtype, as ours do not."""
    x, function = call.tensor(0), _FUNCTIONS[call.op_type]
    if function in ("sum", "prod") and not x.spec.floating and x.spec.dtype != "int64":
        raise NoReaderError
    axes = call.listed("axes", 1)
    if not axes and call.attr("noop_with_empty_axes", 0):
        return builder.emit(call, "identity", [x])
    keep, p = bool(call.attr("keepdims", 1)), 1 if call.op_type == "ReduceL1" else 2
    return builder.emit(call, "reduce", [x], function=function, over=axes or None, keep=keep, p=p)


@reads("ReduceSumSquare", "ReduceLogSum")
def reduce_in_two_steps(call: Call, builder: Builder) -> Sequence[Tensor]:
    """The sum of squares, or the logarithm of the sum."""
    x, axes = call.tensor(0), call.listed("axes", 1)
    if not x.spec.floating or (not axes and call.attr("noop_with_empty_axes", 0)):
        raise NoReaderError
    settings: dict[str, Any] = {"function": "sum", "over": axes or None, "keep": bool(call.attr("keepdims", 1))}
    if call.op_type == "ReduceSumSquare":
        squares = builder.one(call, "elementwise", [x], part="squares", function="square")
        return builder.emit(call, "reduce", [squares], **settings)
    total = builder.one(call, "reduce", [x], part="sum", **settings)
    return builder.emit(call, "elementwise", [total], function="log")


@reads(*_INDEX)
def arg(call: Call, builder: Builder) -> Sequence[Tensor]:
    keep = bool(call.attr("keepdims", 1))
    return builder.emit(call, "reduce", [call.tensor(0)], function=_INDEX[call.op_type], over=[call.attr("axis", 0)], keep=keep)
