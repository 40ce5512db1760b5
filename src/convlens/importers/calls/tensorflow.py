"""Functions of tf.nn, with filters as shapes: N, space, C input and space, in, out filters."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from convlens.importers.calls.build import Step, all_used, chain, channels_first, shape_of, weight_shapes
from convlens.importers.calls.keras import transposed_op
from convlens.importers.calls.syntax import Call
from convlens.importers.spelled import Bound, bind
from convlens.ir import op as operators
from convlens.ir.errors import ShapeError, UsageError, quoted
from convlens.ir.graph import Graph
from convlens.ir.op import Inputs
from convlens.ir.spec import Shape, show_shape
from convlens.ir.spelling import Arg, Spelling, data, ignored, setting, spell, weight
from convlens.passes.facts import check_weights

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

_OLD_NAMES = {"filter": "filters", "rate": "dilations", "value": "input", "stride": "strides"}


def names() -> list[str]:
    """Every call that is read here."""
    return [f"tf.nn.{name}" for name in _readers()]


def read(call: Call, shapes: list[Shape]) -> Graph | None:
    """The graph of the call, or None where it is not one of TensorFlow's."""
    reader = _readers().get(call.last) if call.prefix in _PREFIXES else None
    return reader(call, list(shapes)) if reader is not None else None


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
    held = {"weight": (out, into, *kernel)}
    return chain(call, [("conv", op)], [x], layout=layout, dialect="tf.nn", check=lambda xs: check_weights(op, held, xs))


def _depthwise(call: Call, shapes: list[Shape]) -> Graph:
    bound, x, layout = _bound(_DEPTHWISE, call, 2, shapes, renamed={"filters": "filter", "rate": "dilations"})
    op, held = _depthwise_op(call, bound, x, layout)
    return chain(call, [("depthwise", op)], [x], layout=layout, dialect="tf.nn", check=_depthwise_check(op, held))


def _separable(call: Call, shapes: list[Shape]) -> Graph:
    bound, x, layout = _bound(_SEPARABLE, call, 2, shapes, renamed={"rate": "dilations"})
    op, held = _depthwise_op(call, bound, x, layout)
    *kernel, into, out = _filter(bound.weights["pointwise"], 2, call)
    if (*kernel, into) != (1, 1, op.out):
        raise UsageError(
            f"pointwise_filter [{', '.join(map(str, bound.weights['pointwise']))}] must be [1, 1, {op.out}, ...]: "
            f"the depthwise stage makes {op.out} channels"
        )
    pointwise = operators.lookup("conv")(out=out, kernel=(1, 1), bias=False)
    steps: list[Step] = [("depthwise", op), ("pointwise", pointwise)]
    return chain(call, steps, [x], layout=layout, dialect="tf.nn", check=_depthwise_check(op, held))


def _depthwise_op(call: Call, bound: Bound, x: Shape, layout: str) -> tuple["Conv", dict[str, Shape]]:
    *kernel, into, multiplier = _filter(bound.weights["weight"], 2, call)
    op = _op(bound, 2, layout, out=_channels(x, layout) * multiplier, kernel=tuple(kernel), groups=_channels(x, layout))
    return op, {"weight": (into * multiplier, 1, *kernel)}


def _depthwise_check(op: "Conv", held: dict[str, Shape]) -> Callable[[Inputs], None]:
    def check(xs: Inputs) -> None:
        check_weights(op, held, xs)
        if max(op.dilation) > 1 and max(op.stride) > 1:
            raise ShapeError("dilation and strides are both above 1; tf.nn.depthwise_conv2d refuses this", "strides of 1")

    return check


def _transposed(call: Call, shapes: list[Shape], axes: int) -> Graph:
    bound, x, layout = _bound(_TRANSPOSED, call, axes, shapes)
    *kernel, out, into = _filter(bound.weights["weight"], axes, call)
    asked = shape_of(bound.settings.pop("output_shape"), [], "output_shape")
    rule = bound.settings.pop("padding")
    settings = {**_spatial(bound.settings, axes, layout), "out": out, "kernel": tuple(kernel), "bias": False}
    op = transposed_op({k: v for k, v in settings.items() if k != "padding"}, rule)
    held = {"weight": (into, out, *kernel)}

    def check(xs: Inputs) -> None:
        check_weights(op, held, xs)
        (made,) = op.infer(xs)
        wanted = channels_first(tuple(asked)) if layout == "N*C" else tuple(asked)
        if made.dims != wanted:
            raise ShapeError(f"output_shape {list(asked)}, but {rule} padding makes {show_shape(made.dims)} (N, C, space)")

    return chain(call, [("conv_transpose", op)], [x], layout=layout, dialect="tf.nn", check=check)


def _pool(kind: str, axes: int) -> Callable[[Call, list[Shape]], Graph]:
    def reader(call: Call, shapes: list[Shape]) -> Graph:
        bound, x, layout = _bound(_POOL, call, axes, shapes)
        settings = _spatial(bound.settings, axes, layout)
        kernel = settings["kernel"]
        settings["kernel"] = kernel if isinstance(kernel, tuple) else (kernel,) * axes
        op = operators.lookup(kind)(**settings)
        return chain(call, [(kind, op)], [x], layout=layout, dialect="tf.nn")

    return reader


def _bound(
    spelling: Spelling, call: Call, axes: int, shapes: list[Shape], renamed: dict[str, str] = _OLD_NAMES
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
