"""Activations with a form of their own.

Source: ONNX Clip-13, HardSigmoid-22, PRelu-16, Shrink-9, Softmax-1 and -13, Dropout-22.
"""

from collections.abc import Sequence
from math import isclose, prod

from convlens.importers.onnx.build import Builder
from convlens.importers.onnx.call import Call, NoReaderError
from convlens.importers.onnx.readers import reads
from convlens.importers.onnx.tensor import Constant, Number, Tensor


@reads("Clip")
def clip(call: Call, builder: Builder) -> Sequence[Tensor]:
    """0 to 6 is relu6, two other bounds hardtanh, 0 alone relu, another alone a maximum or a minimum.

    Computed bounds are inputs of a clamp.
    """
    x = call.tensor(0)
    if not all(bound is None or _known(bound) for bound in call.inputs[1:]):
        return builder.emit(call, "elementwise", [t for t in call.inputs if t is not None], function="clamp")
    low, high = _bound(call, "min", 1), _bound(call, "max", 2)
    if (low, high) == (0, 6):
        return builder.emit(call, "relu6", [x])
    if (low, high) == (0, None):
        return builder.emit(call, "relu", [x])
    if low is not None and high is not None:
        return builder.emit(call, "hardtanh", [x], low=low, high=high)
    if low is None and high is None:
        return builder.emit(call, "identity", [x])
    function, bound = ("maximum", low) if high is None else ("minimum", high)
    return builder.emit(call, "elementwise", [x], function=function, scalar=bound)


@reads("HardSigmoid")
def hard_sigmoid(call: Call, builder: Builder) -> Sequence[Tensor]:
    """Ours is ``x/6 + 1/2``; ONNX's default slope is 1/5, and any other is written out."""
    x, slope, shift = call.tensor(0), call.attr("alpha", 0.2), call.attr("beta", 0.5)
    if not (isclose(slope, 1 / 6, rel_tol=1e-5) and shift == 0.5):
        scaled = builder.one(call, "mul", [x], part="scaled", scalar=slope)
        shifted = builder.one(call, "add", [scaled], part="shifted", scalar=shift)
        return builder.emit(call, "hardtanh", [shifted], low=0.0, high=1.0)
    return builder.emit(call, "hardsigmoid", [x])


@reads("Shrink")
def shrink(call: Call, builder: Builder) -> Sequence[Tensor]:
    """Without a bias what PyTorch calls hardshrink."""
    lambd, bias = call.attr("lambd", 0.5), call.attr("bias", 0.0)
    if lambd < 0:
        raise NoReaderError
    if bias == 0:
        return builder.emit(call, "hardshrink", [call.tensor(0)], lambd=lambd)
    return builder.emit(call, "softshrink", [call.tensor(0)], lambd=lambd, bias=None if bias == lambd else bias)


@reads("PRelu")
def prelu(call: Call, builder: Builder) -> Sequence[Tensor]:
    """One stored slope, or one for each channel (shape C x 1 x 1); any other shape is an input."""
    x, slope = call.tensor(0), call.tensor(1)
    channels = x.spec.dims[1] if x.spec.rank > 1 else 1
    per_channel = slope.spec.dims[:1] == (channels,) and slope.spec.rank == x.spec.rank - 1
    if not isinstance(slope, Constant) or not (slope.spec.numel == 1 or (per_channel and slope.spec.numel == channels)):
        return builder.emit(call, "prelu", [x, slope])
    count = slope.spec.numel
    return [builder.layer(call, "prelu", x, {"weight": slope.reshaped((count,))}, {"weight": (count,)}, slopes=count)]


@reads("Softmax")
def softmax(call: Call, builder: Builder) -> Sequence[Tensor]:
    return _softmax(call, builder, "softmax")


@reads("LogSoftmax")
def log_softmax(call: Call, builder: Builder) -> Sequence[Tensor]:
    return _softmax(call, builder, "log_softmax")


@reads("Dropout")
def dropout(call: Call, builder: Builder) -> Sequence[Tensor]:
    """The ratio is an attribute before operator set 12, then an input."""
    ratio = call.scalar(1) if call.opset >= 12 else call.attr("ratio", 0.5)
    return builder.emit(call, "dropout", [call.tensor(0)], p=0.5 if ratio is None else round(float(ratio), 7))


def _softmax(call: Call, builder: Builder, op: str) -> Sequence[Tensor]:
    """Before operator set 13 all axes from ``axis`` on are taken as one."""
    x = call.tensor(0)
    rank = x.spec.rank
    axis = call.attr("axis", -1 if call.opset >= 13 else 1)
    if call.opset >= 13 or rank < 1 or not -rank <= axis < rank or prod(x.spec.dims[axis % rank + 1 :]) == 1:
        return builder.emit(call, op, [x], axis=axis)
    axis %= rank
    rows = builder.one(call, "reshape", [x], part="rows", shape=(prod(x.spec.dims[:axis]), prod(x.spec.dims[axis:])))
    return [builder.one(call, "reshape", [builder.one(call, op, [rows], axis=1)], part="restored", shape=x.spec.dims)]


def _known(x: Tensor) -> bool:
    return isinstance(x, Constant) and x.values is not None and x.spec.numel == 1


def _bound(call: Call, name: str, index: int) -> Number | None:
    """An attribute before operator set 11, then an input; the largest float of all means no bound."""
    value = call.attr(name, kind=float) if index >= len(call.inputs) else call.scalar(index)
    return None if value is None or abs(value) > 3.4e38 else value
