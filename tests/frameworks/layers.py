"""Random layers of keras.layers, by name."""

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.frameworks.draw import Case, Draw, call
from tests.frameworks.functions import within

ACTIVATIONS = ("relu", "sigmoid", "tanh", "softmax", "elu", "gelu", "selu", "softplus", "softsign", "silu", "leaky_relu",
               "relu6", "hard_sigmoid", "hard_silu", "mish", "log_softmax", "exponential", "linear")  # fmt: skip


def _text(name: str, *args: Any, **kwargs: Any) -> str:
    dtype = "float32" if name in ("MaxPooling3D", "AveragePooling3D") else "float64"  # TensorFlow has only that there
    return call(f"keras.layers.{name}", *args, **kwargs, dtype=dtype)


def _end(r: Draw) -> dict[str, Any]:
    """The end of a layer's arguments: often nothing, else an activation, or no bias. On JAX Keras's tanh makes float32."""
    if r.jax:
        return r.mostly({}, {"use_bias": False})
    return r.mostly({}, {"use_bias": False}, {"activation": r.choice(ACTIVATIONS)})


def _steps(r: Draw, kernel: Any, axes: int) -> dict[str, Any]:
    """In 3 dimensions no stride above the kernel: see `within`."""
    stride = r.alike_or_not(axes, 3)
    if axes == 3 and not r.jax:
        stride = within(_tuple(stride, 3), _tuple(kernel, 3))
    return r.choice([{}, {"strides": stride}, {"dilation_rate": r.alike_or_not(axes, 3)}])


def _tuple(value: Any, axes: int) -> tuple[int, ...]:
    return value if isinstance(value, tuple) else (value,) * axes


def _layout(r: Draw, image: tuple[int, ...]) -> tuple[dict[str, str], tuple[int, ...]]:
    """Often the channels first on JAX; TensorFlow's kernels on a CPU know them last only."""
    if not r.jax or r.random() < 0.6:
        return {}, image
    return {"data_format": "channels_first"}, (image[0], image[-1], *image[1:-1])


def _rule(r: Draw) -> dict[str, str]:
    return r.choice([{}, {"padding": "same"}, {"padding": "valid"}, {"padding": "SAME"}])


def _conv(axes: int, r: Draw) -> Case:
    kernel = r.alike_or_not(axes, 3)
    rule = {"padding": "causal"} if axes == 1 and r.random() < 0.3 else _rule(r)
    layout, image = _layout(r, r.image(axes, r.up_to(4), least=3))
    said = {**_steps(r, kernel, axes), **rule, **_end(r), **layout}
    return Case(_text(f"Conv{axes}D", r.up_to(4), kernel, **said), image)


def _grouped(axes: int, r: Draw) -> Case:
    groups, kernel = r.up_to(3, 2), r.alike_or_not(axes, 3)
    said = {**_steps(r, kernel, axes), **_rule(r), "groups": groups, **_end(r)}
    text = _text(f"Conv{axes}D", groups * r.up_to(2), kernel, **said)
    return Case(text, r.image(axes, groups * r.up_to(2), least=3))


def _equal_strides(r: Draw) -> dict[str, Any]:
    """TensorFlow's depthwise convolution takes equal strides only."""
    return r.choice([{}, {"strides": r.up_to(3)}, {"dilation_rate": r.up_to(3)}])


def _depthwise(axes: int, r: Draw) -> Case:
    said = {**_equal_strides(r), **_rule(r), "depth_multiplier": r.up_to(3), **_end(r)}
    return Case(_text(f"DepthwiseConv{axes}D", r.alike_or_not(axes, 3), **said), r.image(axes, r.up_to(3), least=3))


def _separable(axes: int, r: Draw) -> Case:
    said = {**_equal_strides(r), **_rule(r), "depth_multiplier": r.up_to(3), **_end(r)}
    text = _text(f"SeparableConv{axes}D", r.up_to(4), r.alike_or_not(axes, 3), **said)
    return Case(text, r.image(axes, r.up_to(3), least=3))


def _transposed(axes: int, r: Draw) -> Case:
    """On JAX only: dilated, and so much cut off that a convolution with "same" does not lead back. TensorFlow refuses both."""
    strided, kernel = not r.jax or r.random() < 0.6, r.alike_or_not(axes, 4)
    said: dict[str, Any] = {"strides": r.alike_or_not(axes, 3)} if strided else {"dilation_rate": r.alike_or_not(axes, 2)}
    least = 0 if r.jax or all(k % 2 for k in _tuple(kernel, axes)) else 1
    if strided and min(_tuple(said["strides"], axes)) > least and r.random() < 0.5:
        said["output_padding"] = r.up_to(min(_tuple(said["strides"], axes)) - 1, least)
    layout, image = _layout(r, r.image(axes, r.up_to(3), most=6))
    said |= {**_rule(r), **_end(r), **layout}
    return Case(_text(f"Conv{axes}DTranspose", r.up_to(3), kernel, **said), image)


def _pool(kind: str, axes: int, r: Draw) -> Case:
    layout, image = _layout(r, r.image(axes, r.up_to(3), least=3))
    said = {"pool_size": r.alike_or_not(axes, 3), "strides": r.choice([None, r.alike_or_not(axes, 3)]), **_rule(r), **layout}
    return Case(_text(f"{kind}Pooling{axes}D", **said), image)


def _global(kind: str, axes: int, r: Draw) -> Case:
    said = r.choice([{}, {"keepdims": True}])
    return Case(_text(f"Global{kind}Pooling{axes}D", **said), r.image(axes, r.up_to(3)))


def _sides(axes: int, r: Draw, most: int) -> Any:
    pairs = tuple((r.up_to(most, 0), r.up_to(most, 0)) for _ in range(axes))
    return r.choice([r.up_to(most, 0), pairs if axes > 1 else pairs[0], r.sizes(axes, most, 0) if axes > 1 else r.up_to(most, 0)])


def _padded(axes: int, r: Draw) -> Case:
    return Case(_text(f"ZeroPadding{axes}D", _sides(axes, r, 3)), r.image(axes, r.up_to(3)))


def _cropped(axes: int, r: Draw) -> Case:
    return Case(_text(f"Cropping{axes}D", _sides(axes, r, 2)), r.image(axes, r.up_to(3), least=5))


def _upsampled(axes: int, r: Draw) -> Case:
    modes = ["bilinear", "bicubic"] if r.jax else ["nearest", "bilinear"]  # TensorFlow looks its cubic kernel up in a table
    said = {"interpolation": r.choice(modes)} if axes == 2 and r.random() < 0.7 else {}
    size = r.up_to(3) if axes == 1 else r.alike_or_not(axes, 3)
    return Case(_text(f"UpSampling{axes}D", size, **said), r.image(axes, r.up_to(3), most=6))


def _dense(r: Draw) -> Case:
    return Case(_text("Dense", r.up_to(5), **_end(r)), r.sizes(r.up_to(4, 2), 5))


def _batch_norm(r: Draw) -> Case:
    said = {**r.mostly({}, {"center": False}, {"scale": False}), **r.mostly({}, {"epsilon": 0.1})}
    shape = r.sizes(r.up_to(5, 2), 4)
    if len(shape) > 2 and r.random() < 0.3:
        said["axis"] = 1
    return Case(_text("BatchNormalization", **said), shape)


def _layer_norm(r: Draw) -> Case:
    shape = r.sizes(r.up_to(4, 2), 5, 2)
    said = {**r.mostly({}, {"center": False}, {"center": False, "scale": False}), **r.mostly({}, {"epsilon": 0.1})}
    if len(shape) > 2 and r.random() < 0.4:
        said["axis"] = [len(shape) - 2, len(shape) - 1]
    return Case(_text("LayerNormalization", **said), shape)


def _rms_norm(r: Draw) -> Case:
    return Case(_text("RMSNormalization", **r.mostly({}, {"epsilon": 0.1})), r.sizes(r.up_to(4, 2), 5, 2))


def _group_norm(r: Draw) -> Case:
    groups = r.up_to(3)
    said = {**r.mostly({}, {"center": False, "scale": False}), **r.mostly({}, {"epsilon": 0.1})}
    shape = r.image(r.up_to(3), groups * r.up_to(3), most=5)
    return Case(_text("GroupNormalization", groups=r.mostly(groups, -1, 1), **said), shape)


def _activation(r: Draw) -> Case:
    return Case(_text("Activation", r.choice(ACTIVATIONS)), r.sizes(r.up_to(4, 2), 5))


def _pointwise(r: Draw) -> Case:
    text = r.choice([
        _text("ReLU", **r.mostly({}, {"max_value": 0.5}, {"negative_slope": 0.2}, {"threshold": 0.1},
                                 {"max_value": 0.5, "negative_slope": 0.2, "threshold": 0.1})),
        _text("LeakyReLU", **r.mostly({}, {"negative_slope": 0.1})),
        _text("ELU", **r.mostly({}, {"alpha": 0.5})),
        _text("Softmax", **r.mostly({}, {"axis": 1})),
        _text("UnitNormalization"),
        _text("Dropout", 0.5),
    ])  # fmt: skip
    return Case(text, r.sizes(r.up_to(4, 2), 5))


def _reshaped(r: Draw) -> Case:
    shape = r.sizes(4, 4)
    if r.random() < 0.5:
        return Case(_text("Flatten", **r.mostly({}, {"data_format": "channels_first"})), shape)
    if r.random() < 0.5:
        return Case(_text("Permute", tuple(r.sample([1, 2, 3], 3))), shape)
    return Case(_text("Reshape", (-1, shape[1])), shape)


_BY_AXES: dict[str, tuple[Callable[..., Case], tuple[int, ...]]] = {
    "Conv{}D": (_conv, (1, 2, 3)), "Conv{}D(groups)": (_grouped, (1, 2, 3)), "DepthwiseConv{}D": (_depthwise, (1, 2)),
    "SeparableConv{}D": (_separable, (1, 2)), "Conv{}DTranspose": (_transposed, (1, 2, 3)),
    "MaxPooling{}D": (partial(_pool, "Max"), (1, 2, 3)), "AveragePooling{}D": (partial(_pool, "Average"), (1, 2, 3)),
    "GlobalMaxPooling{}D": (partial(_global, "Max"), (1, 2, 3)),
    "GlobalAveragePooling{}D": (partial(_global, "Average"), (1, 2, 3)),
    "ZeroPadding{}D": (_padded, (1, 2, 3)), "Cropping{}D": (_cropped, (1, 2, 3)), "UpSampling{}D": (_upsampled, (1, 2, 3)),
}  # fmt: skip

LAYERS: dict[str, Callable[[Draw], Case]] = {
    **{f"keras.layers.{title.format(n)}": partial(draw, n) for title, (draw, axes) in _BY_AXES.items() for n in axes},
    "keras.layers.Dense": _dense,
    "keras.layers.BatchNormalization": _batch_norm,
    "keras.layers.LayerNormalization": _layer_norm,
    "keras.layers.RMSNormalization": _rms_norm,
    "keras.layers.GroupNormalization": _group_norm,
    "keras.layers.Activation": _activation,
    "keras.layers: pointwise": _pointwise,
    "keras.layers: Flatten, Permute, Reshape": _reshaped,
}

ON_JAX = tuple(f"keras.layers.{name}" for name in (
    "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose", "UpSampling2D", "Conv2D", "AveragePooling2D",
))  # fmt: skip
"""Layers that are compared with Keras on JAX too, which does what TensorFlow on a CPU does not."""
