"""Functions of tf.nn, with filters as shapes: N, space, C input and space, in, out filters."""

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from convlens.arith.padding import Rule, Sides, outputs, sides, span
from convlens.importers.calls.build import Step, all_used, chain, channels_first, shape_of, weight_shapes
from convlens.importers.calls.syntax import Call
from convlens.importers.spelled import Bound, bind
from convlens.ir import op as operators
from convlens.ir.errors import ShapeError, UsageError, quoted
from convlens.ir.graph import Graph
from convlens.ir.op import Inputs
from convlens.ir.spec import Shape, show_shape
from convlens.ir.spelling import Arg, Spelling, data, ignored, setting, spell, weight
from convlens.ops.conv_transpose import ConvTranspose, shortened

if TYPE_CHECKING:
    from convlens.ops.conv import Conv

_PREFIXES = ("tf.nn", "tensorflow.nn", "tf", "tf.compat.v1.nn", "nn", "")
_END = (setting("data_format", default=None), setting("dilations", "dilation", None), ignored("name"))


def _call(name: str, *args: Arg) -> Spelling:
    return spell("tf.nn", name, *args)


_CONV = _call("conv{n}d", data("input"), weight("filters", "weight"), setting("strides", "stride", 1),
              setting("padding", default="VALID"), *_END)  # fmt: skip
_DEPTHWISE = _call("depthwise_conv2d", data("input"), weight("filter", "weight"), setting("strides", "stride"),
                   setting("padding"), *_END)  # fmt: skip
_SEPARABLE = _call("separable_conv2d", data("input"), weight("depthwise_filter", "weight"),
                   weight("pointwise_filter", "pointwise"), setting("strides", "stride"), setting("padding"), *_END)  # fmt: skip
_ATROUS = _call("atrous_conv2d", data("value"), weight("filters", "weight"), setting("rate", "dilation"), setting("padding"),
                ignored("name"))  # fmt: skip
_TRANSPOSED = _call("conv{n}d_transpose", data("input"), weight("filters", "weight"), setting("output_shape"),
                    setting("strides", "stride"), setting("padding", default="SAME"), *_END)  # fmt: skip
_POOL = _call("pool", data("input"), setting("ksize", "kernel"), setting("strides", "stride"), setting("padding"),
              setting("data_format", default=None), ignored("name"))  # fmt: skip

OLD_NAMES = {"filter": "filters", "rate": "dilations", "value": "input", "stride": "strides"}
"""What TensorFlow 1 called an argument, and what it is called now."""


def names() -> list[str]:
    """Every call that is read here."""
    return [f"tf.nn.{name}" for name in _readers()]


def read(call: Call, shapes: list[Shape]) -> Graph | None:
    """The graph of the call, or None where it is not one of TensorFlow's."""
    reader = _readers().get(call.last) if call.prefix in _PREFIXES else None
    return reader(call, list(shapes)) if reader is not None else None


def spelling(call: Call) -> tuple[Spelling, int] | None:
    """The arguments of the call and its number of spatial axes, or None where it is not TensorFlow's."""
    if call.prefix not in _PREFIXES or call.last not in _readers():
        return None
    found = re.fullmatch(r"(conv|max_pool|avg_pool)([123]?)d?(_transpose)?", call.last)
    if found is None:
        return {"depthwise_conv2d": _DEPTHWISE, "separable_conv2d": _SEPARABLE, "atrous_conv2d": _ATROUS}[call.last], 2
    kind, axes, transposed = found.groups()
    return _POOL if kind != "conv" else _TRANSPOSED if transposed else _CONV, int(axes or 2)


def _readers() -> dict[str, Callable[[Call, list[Shape]], Graph]]:
    table: dict[str, Callable[[Call, list[Shape]], Graph]] = {
        "depthwise_conv2d": _depthwise, "separable_conv2d": _separable, "atrous_conv2d": _atrous,
        "max_pool": _pool("max_pool", 2), "avg_pool": _pool("avg_pool", 2),
    }  # fmt: skip
    for n in (1, 2, 3):
        table[f"conv{n}d"] = partial(_conv, axes=n)
        table[f"conv{n}d_transpose"] = partial(_transposed, axes=n)
        table[f"max_pool{n}d"] = _pool("max_pool", n)
        table[f"avg_pool{n}d"] = _pool("avg_pool", n)
    return table


def _conv(call: Call, shapes: list[Shape], axes: int) -> Graph:
    bound, x, layout = _bound(_CONV, call, axes, shapes)
    return _convolution(call, bound, axes, x, layout)


def _atrous(call: Call, shapes: list[Shape]) -> Graph:
    bound, x, layout = _bound(_ATROUS, call, 2, shapes, renamed={"filter": "filters"})
    return _convolution(call, bound, 2, x, layout)


def _convolution(call: Call, bound: Bound, axes: int, x: Shape, layout: str) -> Graph:
    *kernel, into, out = _filter(bound.weights["weight"], axes, call)
    channels = _channels(x, layout)
    groups = channels // into if channels % into == 0 else 1
    op = _op(bound, axes, layout, out=out, kernel=tuple(kernel), groups=max(groups, 1))
    shape = bound.weights["weight"]

    def check(_: Inputs) -> None:
        if channels % into:
            raise _other_channels(shape, into, x, channels, axes)

    return chain(call, [("conv", op)], [x], layout=layout, dialect="tf.nn", check=check)


def _other_channels(filters: Shape, into: int, x: Shape, channels: int, axis: int) -> ShapeError:
    """A filter for ``into`` channels, said at this ``axis`` of its own, meets an input that has another number of them."""
    fitting = (*filters[:axis], channels, *filters[axis + 1 :])
    return ShapeError(
        f"its filter {show_shape(filters)} is for {into} input channels, but the input {show_shape(x)} has {channels}",
        f"a filter of {show_shape(fitting)}, or another input",
    )


def _depthwise(call: Call, shapes: list[Shape]) -> Graph:
    bound, x, layout = _bound(_DEPTHWISE, call, 2, shapes, renamed={"filters": "filter", "rate": "dilations"})
    op = _depthwise_op(call, bound, x, layout)
    check = _depthwise_check(op, bound.weights["weight"], x)
    return chain(call, [("depthwise", op)], [x], layout=layout, dialect="tf.nn", check=check)


def _separable(call: Call, shapes: list[Shape]) -> Graph:
    bound, x, layout = _bound(_SEPARABLE, call, 2, shapes, renamed={"rate": "dilations"})
    op = _depthwise_op(call, bound, x, layout)
    *kernel, into, out = _filter(bound.weights["pointwise"], 2, call)
    if (*kernel, into) != (1, 1, op.out):
        raise UsageError(
            f"pointwise_filter [{', '.join(map(str, bound.weights['pointwise']))}] must be [1, 1, {op.out}, ...]: "
            f"the depthwise stage makes {op.out} channels"
        )
    pointwise = operators.lookup("conv")(out=out, kernel=(1, 1), bias=False)
    steps: list[Step] = [("depthwise", op), ("pointwise", pointwise)]
    check = _depthwise_check(op, bound.weights["weight"], x)
    return chain(call, steps, [x], layout=layout, dialect="tf.nn", check=check)


def _depthwise_op(call: Call, bound: Bound, x: Shape, layout: str) -> "Conv":
    *kernel, _, multiplier = _filter(bound.weights["weight"], 2, call)
    return _op(bound, 2, layout, out=_channels(x, layout) * multiplier, kernel=tuple(kernel), groups=_channels(x, layout))


def _depthwise_check(op: "Conv", filters: Shape, x: Shape) -> Callable[[Inputs], None]:
    def check(_: Inputs) -> None:
        if filters[2] != op.groups:
            raise _other_channels(filters, filters[2], x, op.groups, 2)
        if max(op.dilation) > 1 and max(op.stride) > 1:
            raise ShapeError("dilation and strides are both above 1; tf.nn.depthwise_conv2d refuses this", "strides of 1")

    return check


def _transposed(call: Call, shapes: list[Shape], axes: int) -> Graph:
    bound, x, layout = _bound(_TRANSPOSED, call, axes, shapes)
    *kernel, out, into = _filter(bound.weights["weight"], axes, call)
    asked = shape_of(bound.settings.pop("output_shape"), [], "output_shape")
    wanted = channels_first(asked) if layout == "N*C" else asked
    if len(wanted) != len(x):
        raise UsageError(f"output_shape {list(asked)} must have {len(x)} entries, as many as the input has axes")
    settings = _spatial(bound.settings, axes, layout)
    rule = settings.pop("padding")
    plain = ConvTranspose(**settings, out=out, kernel=tuple(kernel), bias=False)
    n = channels_first(x)[2:] if layout == "N*C" else x[2:]
    pads, longer = _cut(plain, rule, n, wanted[2:])
    op = ConvTranspose(**{**plain.settings(), "padding": pads, "output_padding": longer})
    channels = _channels(x, layout)

    def check(xs: Inputs) -> None:
        if into != channels:
            raise _other_channels(bound.weights["weight"], into, x, channels, axes + 1)
        _check_way_back(plain, rule, n, asked, wanted[2:])
        (made,) = op.infer(xs)
        if made.dims != wanted:
            raise ShapeError(f"output_shape {list(asked)}, but it makes {show_shape(made.dims)} (N, C, space)")

    return chain(call, [("conv_transpose", op)], [x], layout=layout, dialect="tf.nn", check=check)


def _cut(op: ConvTranspose, rule: Any, n: Shape, length: Shape) -> tuple[tuple[tuple[int, int], ...], Shape]:
    """What makes an output of this length of the whole one: "SAME" shares it between the sides, the others change the end."""
    wholes = [(size - 1) * s + d * (k - 1) + 1 for size, s, d, k in zip(n, op.stride, op.dilation, op.kernel, strict=True)]
    if rule == "same":
        return shortened([whole - made for whole, made in zip(wholes, length, strict=True)])
    pads = ((0, 0),) * op.axes if rule == "valid" else rule
    lost = zip(wholes, map(sum, pads), length, strict=True)
    return pads, tuple(max(made - (whole - less), 0) for whole, less, made in lost)


def _check_way_back(op: ConvTranspose, rule: Rule | tuple[Sides, ...], n: Shape, asked: Shape, length: Shape) -> None:
    """The output must be one that the convolution with these settings turns back into the input.

    Source: tf.nn.conv2d_transpose, ``output_shape``.
    """
    for axis, (size, k, s, d) in enumerate(zip(n, op.kernel, op.stride, op.dilation, strict=True)):
        pad = sides(rule if isinstance(rule, str) else rule[axis], length[axis], k, s, d)
        back = outputs(length[axis], span(k, d), s, pad)
        if back != size:
            least = (size - 1) * s + (1 if rule == "same" else max(span(k, d) - sum(pad), 1))
            raise ShapeError(
                f"output_shape {list(asked)}: a convolution with these settings makes {max(back, 0)} of the {length[axis]} on "
                f"spatial axis {axis}, but the input has {size}",
                f"a length of {least} to {least + s - 1} there",
            )


def _pool(kind: str, axes: int) -> Callable[[Call, list[Shape]], Graph]:
    def reader(call: Call, shapes: list[Shape]) -> Graph:
        bound, x, layout = _bound(_POOL, call, axes, shapes)
        settings = _spatial(bound.settings, axes, layout)
        kernel = settings["kernel"]
        settings["kernel"] = kernel if isinstance(kernel, tuple) else (kernel,) * axes
        if kind == "avg_pool":
            settings["count_include_pad"] = False
        op = operators.lookup(kind)(**settings)
        return chain(call, [(kind, op)], [x], layout=layout, dialect="tf.nn")

    return reader


def _bound(
    spelling: Spelling, call: Call, axes: int, shapes: list[Shape], renamed: dict[str, str] = OLD_NAMES
) -> tuple[Bound, Shape, str]:
    """The arguments, the input's shape and the layout; names of TensorFlow 1 are taken too."""
    bound = bind(spelling, call.args, {renamed.get(k, k): v for k, v in call.kwargs.items()}, axes)
    x = shape_of(bound.data[0], shapes, "input")
    missing = [arg.theirs for arg in spelling.roles("weight") if arg.ours not in bound.weights]
    if missing:
        raise UsageError(f"{call.last}: {missing[0]} is None; it must be a name or a shape such as [2, 2, 3, 2]")
    weights = weight_shapes(call, bound.weights, shapes)
    if shapes:
        all_used(call, shapes, 0)
    if len(x) != axes + 2:
        raise UsageError(f"{call.last} takes an input of {axes + 2} axes (N, space, C), but {show_shape(x)} has {len(x)}")
    first = str(bound.settings.pop("data_format", None) or "").startswith("NC")
    return bound._replace(weights=weights), x, "NC*" if first else "N*C"


def _op(bound: Bound, axes: int, layout: str, **settings: Any) -> "Conv":
    made = operators.lookup("conv")(**{**_spatial(bound.settings, axes, layout), **settings, "bias": False})
    return cast("Conv", made)


def _spatial(settings: dict[str, Any], axes: int, layout: str) -> dict[str, Any]:
    """``[1, s, s, 1]`` to ``(s, s)``, "SAME" to "same", explicit pairs to those of the spatial axes."""
    found = {k: _inner(v, k, axes, layout) for k, v in settings.items() if k in ("stride", "dilation", "kernel")}
    found["dilation"] = found.get("dilation") or 1
    rule = settings.get("padding", "VALID")
    if isinstance(rule, str):
        if rule.upper() not in ("SAME", "VALID"):
            raise UsageError(f"padding={rule!r}: it must be 'SAME', 'VALID' or a list of pairs")
        return {**found, "padding": rule.lower()}
    pairs = _inner(rule, "padding", axes, layout)
    if not isinstance(pairs, tuple) or not all(isinstance(pair, list | tuple) for pair in pairs):
        raise UsageError(f"padding={quoted(rule)}: it must be 'SAME', 'VALID' or a list of pairs")
    return {**found, "padding": tuple(map(tuple, pairs))}


def _inner(value: Any, name: str, axes: int, layout: str) -> Any:
    if not isinstance(value, list | tuple):
        return value
    if len(value) in (1, axes):
        return tuple(value)
    if len(value) != axes + 2:
        raise UsageError(f"{name} {quoted(list(value))} must have 1, {axes} or {axes + 2} entries")
    outer = (value[0], value[-1]) if layout == "N*C" else tuple(value[:2])
    if any(entry not in (1, [0, 0], (0, 0)) for entry in outer):
        raise UsageError(f"{name} {list(value)}: the entries of the batch and the channels must change nothing")
    return tuple(value[1:-1]) if layout == "N*C" else tuple(value[2:])


def _filter(shape: Shape, axes: int, call: Call) -> Shape:
    if len(shape) != axes + 2:
        raise UsageError(
            f"{call.last}: the filter {list(shape)} must have {axes + 2} sizes: {axes} of space, channels in, channels out"
        )
    return shape


def _channels(x: Shape, layout: str) -> int:
    return channels_first(x)[1] if layout == "N*C" else x[1]
