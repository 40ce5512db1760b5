"""Conv and ConvTranspose. Source: ONNX operators Conv-22, ConvTranspose-22."""

from collections.abc import Sequence

from convlens.arith.padding import span
from convlens.importers.onnx.build import Builder, broken
from convlens.importers.onnx.call import Call, NoReaderError
from convlens.importers.onnx.quote import quoted
from convlens.importers.onnx.readers import reads
from convlens.importers.onnx.tensor import Tensor
from convlens.ir.spec import Shape

Pairs = tuple[tuple[int, int], ...]

_RULES = {"SAME_UPPER": "same", "SAME_LOWER": "same_lower", "VALID": "valid"}


@reads("Conv")
def conv(call: Call, builder: Builder) -> Sequence[Tensor]:
    return [convolved(call, builder, call.tensor(0), call.tensor(1), call.given(2))]


def convolved(call: Call, builder: Builder, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """The weight is (out, C/groups, kernel), as ours."""
    kernel = _kernel(call, weight)
    groups = call.attr("group", 1)
    weights = {"weight": weight} | ({} if bias is None else {"bias": bias})
    channels = _channels(call, x, len(kernel))
    needed = {"weight": (weight.spec.dims[0], channels // max(groups, 1), *kernel), "bias": weight.spec.dims[:1]}
    settings = {**_steps(call), "padding": padding_of(call, len(kernel)), "groups": groups, "bias": bias is not None}
    return builder.layer(call, "conv", x, weights, needed, out=weight.spec.dims[0], kernel=kernel, **settings)


@reads("ConvTranspose")
def conv_transpose(call: Call, builder: Builder) -> Sequence[Tensor]:
    """The weight is (C, out/groups, kernel), as ours."""
    x, weight, bias = call.tensor(0), call.tensor(1), call.given(2)
    kernel = _kernel(call, weight)
    groups = call.attr("group", 1)
    out = weight.spec.dims[1] * groups
    weights = {"weight": weight} | ({} if bias is None else {"bias": bias})
    needed = {"weight": (_channels(call, x, len(kernel)), *weight.spec.dims[1:]), "bias": (out,)}
    padding, extra = _transposed_padding(call, x.spec.dims[2:], kernel)
    settings = {**_steps(call), "padding": padding, "output_padding": extra, "groups": groups, "bias": bias is not None}
    return [builder.layer(call, "conv_transpose", x, weights, needed, out=out, kernel=kernel, **settings)]


def padding_of(call: Call, axes: int) -> str | Pairs:
    """``auto_pad``, or ``pads``: all the beginnings, then all the ends."""
    rule = _rule(call)
    if rule in _RULES:
        return _RULES[rule]
    pads = call.ints("pads") or [0] * (2 * axes)
    if len(pads) != 2 * axes:
        raise broken(call, f"{len(pads)} pads for {axes} spatial axes", f"{2 * axes} pads", [])
    return tuple(zip(pads[:axes], pads[axes:], strict=True))


def _rule(call: Call) -> str:
    rule: str = call.attr("auto_pad", "NOTSET")
    if rule not in (*_RULES, "NOTSET", ""):
        words = ", ".join(("NOTSET", *_RULES))
        raise broken(call, f"auto_pad is {quoted(rule)}; it must be one of {words}", "auto_pad='NOTSET'", [])
    return rule


def _steps(call: Call) -> dict[str, list[int]]:
    found = {"stride": call.ints("strides"), "dilation": call.ints("dilations")}
    return {name: value for name, value in found.items() if value}


def _kernel(call: Call, weight: Tensor) -> Shape:
    kernel = weight.spec.dims[2:]
    stated = call.ints("kernel_shape")
    if not kernel:
        raise broken(call, f"the weight {weight.spec} has no spatial axis", "a weight of at least 3 axes", [weight])
    if stated and tuple(stated) != kernel:
        raise broken(call, f"kernel_shape is {stated}, but the weight is {weight.spec}", f"{list(kernel)}", [weight])
    return kernel


def _channels(call: Call, x: Tensor, axes: int) -> int:
    """ONNX's convolutions have a batch axis; any other input is refused."""
    if x.spec.rank != axes + 2:
        raise broken(call, f"the input {x.spec} has {x.spec.rank} axes; the weight needs {axes + 2}", f"{axes + 2} axes", [x])
    return x.spec.dims[1]


def _transposed_padding(call: Call, sizes: Shape, kernel: Shape) -> tuple[Pairs, list[int]]:
    """Explicit pads, or those that give ``output_shape``, which is ``n * stride`` for the two 'same' rules."""
    axes = len(kernel)
    rule = _rule(call)
    stride, dilation = call.ints("strides") or [1] * axes, call.ints("dilations") or [1] * axes
    extra = call.ints("output_padding") or [0] * axes
    wanted = call.ints("output_shape")
    if wanted is None and rule.startswith("SAME"):
        wanted = [n * s for n, s in zip(sizes, stride, strict=False)]
    if wanted is None:
        padding = padding_of(call, axes)
        return ((0, 0),) * axes if isinstance(padding, str) else padding, extra
    if not len(wanted) == len(stride) == len(dilation) == len(extra) == axes:
        raise NoReaderError
    free = [(n - 1) * s + span(k, d) + e for n, s, k, d, e in zip(sizes, stride, kernel, dilation, extra, strict=True)]
    missing = [f - w for f, w in zip(free, wanted, strict=True)]
    pads = tuple(_halves(max(m, 0), upper=rule == "SAME_UPPER") for m in missing)
    return pads, [e + max(-m, 0) for e, m in zip(extra, missing, strict=True)]


def _halves(total: int, *, upper: bool) -> tuple[int, int]:
    small = total // 2
    return (small, total - small) if upper else (total - small, small)
