"""Gemm and MatMul. Source: ONNX operators Gemm-13, MatMul-13."""

from collections.abc import Sequence

from convlens.importers.onnx.build import Builder, broken
from convlens.importers.onnx.call import Call
from convlens.importers.onnx.readers import reads
from convlens.importers.onnx.tensor import Constant, Tensor


@reads("Gemm")
def gemm(call: Call, builder: Builder) -> Sequence[Tensor]:
    """``alpha * A' B' + beta * C``: a linear layer where B is a stored matrix, else a product and a sum.

    Beside stored weights ``alpha`` and ``beta`` belong to them; beside a computed B ``alpha`` is a multiplication.
    """
    x, weight, bias = call.tensor(0), call.tensor(1), call.given(2)
    for what, factor in (("A", x), ("B", weight)):
        if factor.spec.rank != 2:
            raise broken(
                call, f"{what} is {factor.spec}, with {factor.spec.rank} axes; it must be a matrix", "2 axes", [x, weight]
            )
    if call.attr("transA", 0):
        x = builder.one(call, "permute", [x], part="transposed A", order=(1, 0))
    transposed = bool(call.attr("transB", 0))
    if not _is_weight(x, weight, transposed):
        return [_plain(call, builder, x, weight, bias, transposed=transposed)]
    out = weight.spec.dims[0 if transposed else 1]
    own = bias is not None and isinstance(bias, Constant) and bias.spec.numel == out and bias.spec.dims[-1:] == (out,)
    return [_linear(call, builder, x, weight, bias, own=own, transposed=transposed)]


@reads("MatMul")
def matmul(call: Call, builder: Builder) -> Sequence[Tensor]:
    """A stored matrix on the right makes a linear layer without bias."""
    x, weight = call.tensor(0), call.tensor(1)
    if _is_weight(x, weight, transposed=False):
        return [_linear(call, builder, x, weight, None, own=False, transposed=False)]
    return builder.emit(call, "matmul", [x, weight])


def _is_weight(x: Tensor, weight: Tensor, transposed: bool) -> bool:
    rank_two = isinstance(weight, Constant) and weight.spec.floating and weight.spec.rank == 2
    return rank_two and x.spec.dims[-1:] == weight.spec.dims[1 if transposed else 0 :][:1]


def _linear(
    call: Call, builder: Builder, x: Tensor, weight: Tensor, bias: Tensor | None, *, own: bool, transposed: bool
) -> Tensor:
    """Our weight is (out, in); the transposed form of a stored one is the same values."""
    rows = weight.spec.dims if transposed else weight.spec.dims[::-1]
    assert isinstance(weight, Constant)
    weights: dict[str, Tensor] = {"weight": weight.reshaped(rows)}
    if bias is not None and own:
        assert isinstance(bias, Constant)
        weights["bias"] = bias.reshaped(rows[:1])
    needed = {"weight": rows, "bias": rows[:1]}
    y = builder.layer(call, "linear", x, weights, needed, out=rows[0], bias=own)
    return y if bias is None or own else builder.one(call, "add", [y, bias], part="sum")


def _plain(call: Call, builder: Builder, x: Tensor, y: Tensor, bias: Tensor | None, *, transposed: bool) -> Tensor:
    if transposed:
        y = builder.one(call, "permute", [y], part="transposed B", order=(1, 0))
    product = builder.one(call, "matmul", [x, y])
    alpha = call.attr("alpha", 1.0)
    if alpha != 1.0:
        product = builder.one(call, "mul", [product], part="alpha", scalar=alpha)
    return product if bias is None else builder.one(call, "add", [product, bias], part="sum")
