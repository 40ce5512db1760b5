"""Layers of keras.layers. Input and output are N, space, C unless ``data_format="channels_first"`` is said."""

from collections.abc import Callable
from typing import Any

from convlens.importers.calls import torch
from convlens.importers.calls.build import Step, all_used, chain, channels_first
from convlens.importers.calls.syntax import Call
from convlens.importers.spelled import Entry, bind, calls_of, make
from convlens.ir import op as operators
from convlens.ir.errors import SettingError, ShapeError, UsageError, nearest
from convlens.ir.graph import Graph
from convlens.ir.op import Op
from convlens.ir.setting import expanded, whole
from convlens.ir.spec import Shape, TensorSpec, show_shape
from convlens.ir.spelling import Spelling, ignored, setting, spell

_PREFIXES = ("", "layers", "keras.layers", "tf.keras.layers", "tensorflow.keras.layers")
_LATER = frozenset(
    "name dtype trainable input_shape kernel_initializer bias_initializer kernel_regularizer bias_regularizer "
    "activity_regularizer kernel_constraint bias_constraint depthwise_initializer pointwise_initializer "
    "depthwise_regularizer pointwise_regularizer depthwise_constraint pointwise_constraint beta_initializer "
    "gamma_initializer moving_mean_initializer moving_variance_initializer beta_regularizer gamma_regularizer "
    "beta_constraint gamma_constraint seed".split()
)
"""Arguments that every layer takes and that change no shape and no count."""

_WINDOW = (setting("strides", "stride", 1), setting("padding", default="valid"), ignored("data_format"))
_DENSE_END = (ignored("activation"), setting("use_bias", "bias", True))

_DEPTHWISE = spell(
    "keras", "DepthwiseConv{n}D", setting("kernel_size", "kernel"), *_WINDOW[:2], setting("depth_multiplier", default=1),
    ignored("data_format"), setting("dilation_rate", "dilation", 1), *_DENSE_END,
)  # fmt: skip
_SEPARABLE = spell(
    "keras", "SeparableConv{n}D", setting("filters", "out"), setting("kernel_size", "kernel"), *_WINDOW,
    setting("dilation_rate", "dilation", 1), setting("depth_multiplier", default=1), *_DENSE_END,
)  # fmt: skip
_TRANSPOSED = spell(
    "keras", "Conv{n}DTranspose", setting("filters", "out"), setting("kernel_size", "kernel"), *_WINDOW,
    setting("output_padding", default=None), setting("dilation_rate", "dilation", 1), *_DENSE_END,
)  # fmt: skip
_RELU = spell(
    "keras", "ReLU", setting("max_value", "high", None), setting("negative_slope", "slope", 0.0),
    setting("threshold", default=0.0),
)  # fmt: skip
_LAYER_NORM = spell("keras", "LayerNormalization", setting("axis", default=-1), setting("epsilon", "eps", 0.001),
                    setting("center", default=True), setting("scale", default=True))  # fmt: skip
_RMS_NORM = spell("keras", "RMSNormalization", setting("axis", default=-1), setting("epsilon", "eps", 1e-06))
_GROUP_NORM = spell("keras", "GroupNormalization", setting("groups", default=32), setting("axis", default=-1),
                    setting("epsilon", "eps", 0.001), setting("center", default=True),
                    setting("scale", default=True))  # fmt: skip
_PERMUTE = spell("keras", "Permute", setting("dims", "order"))
_FLATTEN = spell("keras", "Flatten", ignored("data_format"))
_RESHAPE = spell("keras", "Reshape", setting("target_shape", "shape"))
_ACTIVATION = spell("keras", "Activation", setting("activation", "function"))
_GLOBAL = spell("keras", "Global{kind}Pooling{n}D", ignored("data_format"), setting("keepdims", default=False))


def names() -> list[str]:
    """Every call that is read here."""
    return [*calls_of("keras"), *_readers()]


def read(call: Call, shapes: list[Shape]) -> Graph | None:
    """The graph of the call, or None where it is not one of Keras's."""
    if call.prefix not in _PREFIXES:
        return None
    call = call._replace(kwargs=_kept(call.kwargs))
    reader = _readers().get(call.last)
    if reader is not None:
        all_used(call, shapes, 1)
        return reader(call, shapes)
    entry = torch.find(_ALIASES.get(call.last, call.last), "keras")
    if entry is None:
        return None
    all_used(call, shapes, 1)
    return _plain(call, entry, shapes)


def spelling(call: Call) -> tuple[Spelling, int] | None:
    """The arguments of the call and the number of spatial axes that its name says, or None where it is not Keras's."""
    if call.prefix not in _PREFIXES:
        return None
    for own in (_DEPTHWISE, _SEPARABLE, _TRANSPOSED, _RELU, _LAYER_NORM, _RMS_NORM, _GROUP_NORM, _PERMUTE, _RESHAPE):
        for axes in own.axes if "{n}" in own.call else (0,):
            if own.title(axes) == call.last:
                return own, axes
    entry = torch.find(_ALIASES.get(call.last, call.last), "keras")
    return None if entry is None else (entry.spelling, entry.axes)


def _kept(kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments that say something, words in small letters, as Keras itself reads them."""
    kept = {k: v for k, v in kwargs.items() if k not in _LATER}
    return {k: v.lower() if isinstance(v, str) and k == "padding" else v for k, v in kept.items()}


_ALIASES = {
    f"{short}Pool{n}D": f"{long}Pooling{n}D" for n in (1, 2, 3) for short, long in (("Max", "Max"), ("Avg", "Average"))
} | {f"Convolution{n}D": f"Conv{n}D" for n in (1, 2, 3)}


def _readers() -> dict[str, Callable[[Call, list[Shape]], Graph]]:
    kinds: dict[str, Callable[[Call, int, list[Shape]], Graph]] = {
        "DepthwiseConv{n}D": _depthwise, "SeparableConv{n}D": _separable, "Conv{n}DTranspose": _transposed,
        "GlobalAveragePooling{n}D": _global_average, "GlobalMaxPooling{n}D": _global_max,
    }  # fmt: skip
    table: dict[str, Callable[[Call, list[Shape]], Graph]] = {}
    for title, reader in kinds.items():
        for axes in (1, 2, 3):
            table[title.replace("{n}", str(axes))] = _with_axes(reader, axes)
    table |= {"LayerNormalization": _layer_norm, "RMSNormalization": _rms_norm, "GroupNormalization": _group_norm}
    table |= {"BatchNormalization": _batch_norm, "ReLU": _relu, "Permute": _permute, "Reshape": _reshape}
    table |= {"Activation": _activation_layer, "Flatten": _flatten}
    return table


def _with_axes(reader: Callable[[Call, int, list[Shape]], Graph], axes: int) -> Callable[[Call, list[Shape]], Graph]:
    return lambda call, shapes: reader(call, axes, shapes)


def _plain(call: Call, entry: Entry, shapes: list[Shape]) -> Graph:
    """A layer that is one operator.

    Keras's bicubic kernel is that of PyTorch's ``antialias=True``: Keys's, with -1/2, and only the pixels that are there.
    """
    settings = bind(entry.spelling, call.args, call.kwargs, entry.axes).settings
    if entry.axes:
        _check_rank(call, entry.axes, shapes[0])
    if settings.get("padding") == "causal":
        settings["padding"] = _causal(settings, entry.axes)
    if settings.get("mode") == "bicubic":
        settings["antialias"] = True
    op = make(entry, settings)
    return _graph(call, [(op.name, op)], shapes, spatial=entry.axes > 0 or op.name in _CHANNEL_WISE)


def _causal(settings: dict[str, Any], axes: int) -> Any:
    """All padding on the left, so that no output sees what comes later. Source: keras.layers.Conv1D."""
    if axes != 1:
        raise UsageError("padding='causal' is for one spatial axis (Conv1D); use 'same' or 'valid'")
    kernel, dilation = expanded(settings["kernel"], 1)[0], expanded(settings["dilation"], 1)[0]
    return (((kernel - 1) * dilation, 0),)


_CHANNEL_WISE = ("prelu", "group_norm")


def _depthwise(call: Call, axes: int, shapes: list[Shape]) -> Graph:
    settings = bind(_DEPTHWISE, call.args, call.kwargs, axes).settings
    return _graph(call, [("depthwise", _depthwise_op(call, axes, shapes[0], settings))], shapes)


def _separable(call: Call, axes: int, shapes: list[Shape]) -> Graph:
    settings = bind(_SEPARABLE, call.args, call.kwargs, axes).settings
    out, bias = settings.pop("out"), settings.pop("bias")
    depthwise = _depthwise_op(call, axes, shapes[0], {**settings, "bias": False})
    pointwise = operators.lookup("conv")(out=out, kernel=(1,) * axes, padding="valid", bias=bias)
    return _graph(call, [("depthwise", depthwise), ("pointwise", pointwise)], shapes)


def _depthwise_op(call: Call, axes: int, shape: Shape, settings: dict[str, Any]) -> Op:
    channels = _channels(call, axes, shape)
    rest = dict(settings)
    try:
        multiplier = whole(rest.pop("depth_multiplier"), 1)
    except SettingError as error:
        raise SettingError(f"{call.last}: depth_multiplier {error}") from None
    return operators.lookup("conv")(**_expanded(rest, axes), out=channels * multiplier, groups=channels)


def _transposed(call: Call, axes: int, shapes: list[Shape]) -> Graph:
    _check_rank(call, axes, shapes[0])
    settings = _expanded(bind(_TRANSPOSED, call.args, call.kwargs, axes).settings, axes)
    extra, rule = settings.pop("output_padding"), settings.pop("padding")
    op = transposed_op(settings, rule, extra)
    return _graph(call, [("conv_transpose", op)], shapes)


def transposed_op(settings: dict[str, Any], rule: Any, extra: Any = None) -> Op:
    """Keras's transposed convolution.

    ``n*stride`` long with "same", at least that with "valid". Where ``output_padding`` is given, ``(n-1)*stride +
    kernel + output_padding``, less ``2 * (kernel // 2)`` with "same". What "same" takes away is shared between the sides as
    TensorFlow does it. Source: keras.layers.Conv2DTranspose.
    """
    from convlens.ops.conv_transpose import ConvTranspose, shortened  # noqa: PLC0415 - read only where it is needed

    plain = ConvTranspose(**{**settings, "output_padding": 0})
    spans = [d * (k - 1) + 1 for k, d in zip(plain.kernel, plain.dilation, strict=True)]
    more = None if extra is None else [whole(e, 0) for e in expanded(extra, plain.axes)]
    if str(rule).lower() == "valid":
        _, free = shortened([reach - s for reach, s in zip(spans, plain.stride, strict=True)])
        return ConvTranspose(**{**settings, "padding": 0, "output_padding": free if more is None else more})
    if str(rule).lower() != "same":
        raise UsageError(f"padding={rule!r}: a transposed convolution takes 'valid' or 'same'")
    less = plain.stride if more is None else [reach % 2 + e for reach, e in zip(spans, more, strict=True)]
    pads, longer = shortened([reach - kept for reach, kept in zip(spans, less, strict=True)])
    return ConvTranspose(**{**settings, "padding": pads, "output_padding": longer})


def _batch_norm(call: Call, shapes: list[Shape]) -> Graph:
    """Scale and shift may each be left out; ``axis`` says where the channels are."""
    entry = calls_of("keras")["BatchNormalization"]
    op = make(entry, bind(entry.spelling, call.args, call.kwargs).settings)
    rank, axis = len(shapes[0]), call.args[0] if call.args else call.kwargs.get("axis", -1)
    if not (isinstance(axis, int) and -rank <= axis < rank and axis % rank in (1, rank - 1)):
        raise UsageError(f"axis={axis!r}: the channels of {show_shape(shapes[0])} are axis 1 or the last one")
    return chain(call, [("batch_norm", op)], shapes, dialect="keras", layout="NC*" if axis % rank == 1 else "N*C")


def _layer_norm(call: Call, shapes: list[Shape]) -> Graph:
    """Over one axis or several, which must be the last ones."""
    said = bind(_LAYER_NORM, call.args, call.kwargs).settings
    settings = {
        "shape": _last(call, shapes[0], said["axis"]),
        "eps": said["eps"],
        "affine": said["scale"],
        "bias": said["center"],
    }
    if said["center"] and not said["scale"]:
        raise UsageError("scale=False with center=True: a shift without a scale has no counterpart here")
    return _graph(call, [("layer_norm", operators.lookup("layer_norm")(**settings))], shapes, spatial=False)


def _rms_norm(call: Call, shapes: list[Shape]) -> Graph:
    said = bind(_RMS_NORM, call.args, call.kwargs).settings
    op = operators.lookup("rms_norm")(shape=_last(call, shapes[0], said["axis"]), eps=said["eps"])
    return _graph(call, [("rms_norm", op)], shapes, spatial=False)


def _last(call: Call, shape: Shape, axis: Any) -> Shape:
    """The sizes of the axes that are named, where they are the last ones."""
    axes = sorted(whole(a, None) % len(shape) for a in (axis if isinstance(axis, list | tuple) else [axis]))
    if axes != list(range(len(shape) - len(axes), len(shape))):
        raise UsageError(f"{call.last}: axis={axis!r} of {show_shape(shape)}; it must be the last axis, or the last ones")
    return shape[len(shape) - len(axes) :]


def _group_norm(call: Call, shapes: list[Shape]) -> Graph:
    """One group with groups=1, as many as channels with groups=-1; the channels are axis 1 or the last one."""
    said = bind(_GROUP_NORM, call.args, call.kwargs).settings
    rank, axis = len(shapes[0]), said["axis"]
    if not (isinstance(axis, int) and -rank <= axis < rank and axis % rank in (1, rank - 1)):
        raise UsageError(f"axis={axis!r}: the channels of {show_shape(shapes[0])} are axis 1 or the last one")
    if said["center"] != said["scale"]:
        raise UsageError("center and scale differ: a shift without a scale, or the other way round, has no counterpart here")
    groups = shapes[0][axis] if said["groups"] == -1 else said["groups"]
    op = operators.lookup("group_norm")(groups=groups, affine=said["scale"], eps=said["eps"])
    return chain(call, [("group_norm", op)], shapes, dialect="keras", layout="NC*" if axis % rank == 1 else "N*C")


def _relu(call: Call, shapes: list[Shape]) -> Graph:
    """Relu by itself; leaky below 0; with a threshold; and a clamp behind it where there is a largest value."""
    said = {name: value or 0.0 for name, value in bind(_RELU, call.args, call.kwargs).settings.items() if name != "high"}
    high = bind(_RELU, call.args, call.kwargs).settings["high"]
    if high is not None and not any(said.values()):
        name, settings = ("relu6", {}) if high == 6 else ("hardtanh", {"low": 0.0, "high": high})
        return _graph(call, [(name, operators.lookup(name)(**settings))], shapes, spatial=False)
    if said["threshold"]:
        name, settings = "threshold", said
    else:
        name, settings = ("leaky_relu", {"slope": said["slope"]}) if said["slope"] else ("relu", {})
    steps: list[Step] = [(name, operators.lookup(name)(**settings))]
    if high is not None:
        steps.append(("minimum", operators.lookup("elementwise")(function="minimum", scalar=high)))
    return _graph(call, steps, shapes, spatial=False)


def _permute(call: Call, shapes: list[Shape]) -> Graph:
    """The order counts from 1 and leaves the batch out."""
    order = bind(_PERMUTE, call.args, call.kwargs).settings["order"]
    return _graph(call, [("permute", operators.lookup("permute")(order=(0, *order)))], shapes, spatial=False)


def _flatten(call: Call, shapes: list[Shape]) -> Graph:
    """The channels go last before the values are put in a row, wherever they stand. Source: keras.layers.Flatten."""
    bind(_FLATTEN, call.args, call.kwargs)
    steps: list[Step] = [("flatten", operators.lookup("flatten")())]
    rank = len(shapes[0])
    if call.kwargs.get("data_format") == "channels_first" and rank > 2:
        steps.insert(0, ("permute", operators.lookup("permute")(order=(0, *range(2, rank), 1))))
    return chain(call, steps, shapes, dialect="keras")


def _reshape(call: Call, shapes: list[Shape]) -> Graph:
    """The shape leaves the batch out."""
    shape = bind(_RESHAPE, call.args, call.kwargs).settings["shape"]
    return _graph(call, [("reshape", operators.lookup("reshape")(shape=(shapes[0][0], *shape)))], shapes, spatial=False)


def _global_average(call: Call, axes: int, shapes: list[Shape]) -> Graph:
    return _global(call, axes, shapes, "adaptive_avg_pool")


def _global_max(call: Call, axes: int, shapes: list[Shape]) -> Graph:
    return _global(call, axes, shapes, "adaptive_max_pool")


def _global(call: Call, axes: int, shapes: list[Shape], kind: str) -> Graph:
    settings = bind(_GLOBAL, call.args, call.kwargs, axes).settings
    _check_rank(call, axes, shapes[0])
    steps: list[Step] = [(kind, operators.lookup(kind)(size=(1,) * axes))]
    if not settings["keepdims"]:
        steps.append(("flatten", operators.lookup("flatten")()))
    return _graph(call, steps, shapes)


def _graph(call: Call, steps: list[Step], shapes: list[Shape], *, spatial: bool = True) -> Graph:
    first = call.kwargs.get("data_format") == "channels_first" or not spatial
    activation = call.kwargs.get("activation")
    if activation is not None and activation != "linear":
        steps = [*steps, (activation, _activation(activation, 1 if spatial and not first else -1))]
    return chain(call, steps, shapes, dialect="keras", layout="NC*" if first else "N*C", check=lambda _: _limits(steps[0][1]))


def _activation_layer(call: Call, shapes: list[Shape]) -> Graph:
    op = _activation(bind(_ACTIVATION, call.args, call.kwargs).settings["function"], -1)
    return chain(call, [(op.name, op)], shapes, dialect="keras")


def _activation(name: Any, axis: int) -> Op:
    if name == "exponential":
        return operators.lookup("elementwise")(function="exp")
    found = operators.find(_ACTIVATIONS[name]) if isinstance(name, str) and name in _ACTIVATIONS else None
    if found is None:
        raise UsageError(f"unknown activation {name!r}{nearest(str(name), list(_ACTIVATIONS))}")
    if name == "leaky_relu":
        return found(slope=0.2)
    return found(axis=axis) if "axis" in found.fields else found()


_ACTIVATIONS = {
    "linear": "identity", "swish": "silu", "hard_sigmoid": "hardsigmoid", "hard_silu": "hardswish", "hard_swish": "hardswish",
    "hard_tanh": "hardtanh", "hard_shrink": "hardshrink", "soft_shrink": "softshrink", "tanh_shrink": "tanhshrink",
    **{name: name for name in ("relu sigmoid tanh softmax elu gelu selu softplus softsign silu leaky_relu relu6 mish celu "
                               "log_softmax log_sigmoid").split()},
    "exponential": "elementwise",
}  # fmt: skip
"""Keras's words for our operators. Its leaky_relu has a slope of 0.2. Source: keras.activations."""


def _limits(op: Op) -> None:
    """Keras refuses strides together with dilation. Source: keras.layers.Conv2D."""
    stride, dilation = getattr(op, "stride", None), getattr(op, "dilation", None)
    if stride and dilation and max(stride) > 1 and max(dilation) > 1:
        raise ShapeError(
            f"strides {max(stride)} together with dilation_rate {max(dilation)}: Keras refuses this",
            "one of the two as 1",
        )


def _check_rank(call: Call, axes: int, shape: Shape) -> None:
    """Keras takes no input without its batch."""
    if len(shape) != axes + 2:
        raise UsageError(f"{call.last} takes an input of {axes + 2} axes, but {TensorSpec(shape)} has {len(shape)}")


def _channels(call: Call, axes: int, shape: Shape) -> int:
    _check_rank(call, axes, shape)
    first = call.kwargs.get("data_format") == "channels_first"
    return shape[1] if first else channels_first(shape)[1]


def _expanded(settings: dict[str, Any], axes: int) -> dict[str, Any]:
    """A single kernel size stands for all axes."""
    kernel = settings["kernel"]
    return {**settings, "kernel": tuple(kernel) if isinstance(kernel, list | tuple) else (kernel,) * axes}
