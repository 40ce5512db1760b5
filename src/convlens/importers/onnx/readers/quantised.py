"""Quantised operators. Source: ONNX QuantizeLinear-21, DynamicQuantizeLinear-11, DequantizeLinear-21, QLinearConv-10,
QLinearMatMul-21, ConvInteger-10, MatMulInteger-10.

Scales and zero points belong to the number format: they are no parameters, whatever the file stores them as.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from convlens.importers.onnx.build import Builder
from convlens.importers.onnx.call import Call, NoReaderError
from convlens.importers.onnx.readers import reads
from convlens.importers.onnx.readers.convolution import convolved
from convlens.importers.onnx.tensor import Constant, Made, Number, Tensor, dtype_of


@reads("QuantizeLinear")
def quantize(call: Call, builder: Builder) -> Sequence[Tensor]:
    """The zero point tells the dtype; without one it is an attribute, or uint8."""
    _fixed(call, 1, 2)
    zero, code = call.given(2), call.attr("output_dtype", 0)
    dtype = zero.spec.dtype if zero is not None else dtype_of(code, call.source) if code else "uint8"
    return builder.emit(call, "quantize", [call.tensor(0)], dtype=dtype, **_numbers(call))


@reads("DynamicQuantizeLinear", outputs=3)
def dynamic_quantize(call: Call, builder: Builder) -> Sequence[Tensor]:
    """Scale and zero point are computed from the least and the largest value of x, which the range must hold beside 0."""
    x = call.tensor(0)
    high, low = (
        builder.one(call, "elementwise", [builder.one(call, "reduce", [x], part=name, function=name)], part=f"{name}_or_0",
                    function=f"{name}imum", scalar=0.0)
        for name in ("max", "min")
    )  # fmt: skip
    scale = builder.one(call, "div", [builder.one(call, "sub", [high, low], part="range")], part="scale", scalar=255.0)
    zero = builder.one(call, "div", [low, scale], part="zero")
    rounded = builder.one(call, "quantize", [zero], part="zero_point")
    return [builder.one(call, "quantize", [x], dtype="uint8"), scale, rounded]


@reads("DequantizeLinear")
def dequantize(call: Call, builder: Builder) -> Sequence[Tensor]:
    """A stored tensor is the weight of whoever uses it: its values count as that layer's parameters."""
    _fixed(call, 1, 2)
    x, dtype = call.tensor(0), call.tensor(1).spec.dtype
    if isinstance(x, Constant) and x.origin:
        return [replace(x, spec=x.spec._replace(dtype=dtype), trained=x.spec.rank > 0, known=None, proto=None)]
    return builder.emit(call, "dequantize", [x], dtype=dtype, **_numbers(call))


@reads("QLinearConv")
def qlinear_conv(call: Call, builder: Builder) -> Sequence[Tensor]:
    _fixed(call, 1, 2, 4, 5, 6, 7)
    y = convolved(call, builder, call.tensor(0), call.tensor(3), call.given(8))
    return [_in_dtype(call, builder, y, call.tensor(7).spec.dtype)]


@reads("ConvInteger")
def conv_integer(call: Call, builder: Builder) -> Sequence[Tensor]:
    """The sums stay whole numbers of 32 bits. A zero point that is computed from x changes no count."""
    return [_in_dtype(call, builder, convolved(call, builder, call.tensor(0), call.tensor(1), None), "int32")]


@reads("QLinearMatMul")
def qlinear_matmul(call: Call, builder: Builder) -> Sequence[Tensor]:
    _fixed(call, 1, 2, 4, 5, 6, 7)
    return [_in_dtype(call, builder, _product(call, builder, call.tensor(0), call.tensor(3)), call.tensor(7).spec.dtype)]


@reads("MatMulInteger")
def matmul_integer(call: Call, builder: Builder) -> Sequence[Tensor]:
    return [_in_dtype(call, builder, _product(call, builder, call.tensor(0), call.tensor(1)), "int32")]


def _fixed(call: Call, *places: int) -> None:
    """Scales and zero points that are computed have no place in our operators."""
    if any(isinstance(call.given(place), Made) for place in places):
        raise NoReaderError


def _numbers(call: Call) -> dict[str, Any]:
    """Scale, zero point and their axis, where the file tells them and they are what our operators take: not for blocks."""
    scale, zero = (_listed(call.given(place)) for place in (1, 2))
    if scale is None or min(scale, default=0) <= 0 or call.attr("block_size", 0):
        return {}
    if call.given(2) is not None and (zero is None or len(zero) not in (1, len(scale))):
        return {}
    return {"scale": scale, "zero_point": [int(each) for each in zero or [0]], "axis": call.attr("axis", 1)}


def _listed(given: Tensor | None) -> list[Number] | None:
    """The values of a constant of at most one axis."""
    values = given.values if isinstance(given, Constant) and given.spec.rank <= 1 else None
    return None if values is None else list(values.items)


def _product(call: Call, builder: Builder, x: Tensor, y: Tensor) -> Tensor:
    """A stored matrix on the right makes a linear layer without bias."""
    if isinstance(y, Constant) and y.origin and y.spec.rank == 2 and x.spec.dims[-1:] == y.spec.dims[:1]:
        rows = y.spec.dims[::-1]
        weights: dict[str, Tensor] = {"weight": y.reshaped(rows)}
        return builder.layer(call, "linear", x, weights, {"weight": rows}, out=rows[0], bias=False)
    return builder.one(call, "matmul", [x, y])


def _in_dtype(call: Call, builder: Builder, y: Tensor, dtype: str) -> Tensor:
    return y if y.spec.dtype == dtype else builder.one(call, "cast", [y], part="rounded", dtype=dtype)
