"""Random calls of tf.nn, by function."""

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.frameworks.draw import Case, Draw, call


class _Name:
    """A tensor by its name, so that the text of a call shows it without quotes."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


X, W0, W1 = map(_Name, ("x", "w0", "w1"))


def _text(name: str, *args: Any, **kwargs: Any) -> str:
    return call(f"tf.nn.{name}", *args, **kwargs)


def _each(r: Draw, values: tuple[int, ...]) -> Any:
    """One entry for each axis, or four as ``[1, s, s, 1]``; a number where they are alike."""
    forms: list[Any] = [list(values), [1, *values, 1]]
    if len(set(values)) == 1:
        forms.append(values[0])
    return r.choice(forms)


def _steps(r: Draw, axes: int, *, both: bool = True) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Strides and dilations; seldom both above 1, and never with ``both`` false."""
    ones = (1,) * axes
    pairs = [(ones, ones), (r.sizes(axes, 3), ones), (ones, r.sizes(axes, 3))]
    return r.choice([*pairs, (r.sizes(axes, 3), r.sizes(axes, 2))] if both else pairs)


def _padding(r: Draw, axes: int, *, explicit: bool) -> Any:
    if explicit and r.random() < 0.3:
        return [[0, 0], *([r.up_to(3, 0), r.up_to(3, 0)] for _ in range(axes)), [0, 0]]
    return r.choice(["SAME", "VALID"])


def within(values: tuple[int, ...], most: tuple[int, ...]) -> tuple[int, ...]:
    """What TensorFlow's kernels for 3 axes need on a CPU: a window that fits, a stride not above the kernel.

    An empty output ends its process (max_pool3d), and a stride above the kernel breaks its own rule of "SAME"
    (`test_conv3d_of_tensorflow_breaks_its_own_rule`).
    """
    return tuple(map(min, values, most))


def _conv(axes: int, r: Draw) -> Case:
    groups = r.mostly(1, 2, 3) if axes == 2 else 1
    into, out = r.up_to(3), groups * r.up_to(3)
    kernel = r.sizes(axes, 4 if axes < 3 else 3)
    stride, dilation = _steps(r, axes)
    if axes == 1:
        steps = {"stride": stride[0], "padding": _padding(r, 1, explicit=False), "dilations": dilation[0]}
    elif axes == 2:
        steps = {"strides": _each(r, stride), "padding": _padding(r, 2, explicit=True), "dilations": _each(r, dilation)}
    else:
        stride = within(stride, kernel)
        steps = {"strides": [1, *stride, 1], "padding": _padding(r, 3, explicit=False)}  # its CPU knows no dilation here
    return Case(_text(f"conv{axes}d", X, W0, **steps), r.image(axes, into * groups, least=3), ((*kernel, into, out),))


def _depthwise(r: Draw) -> Case:
    channels, times = r.up_to(3), r.up_to(3)
    stride, dilation = _steps(r, 2, both=False)
    stride = (stride[0],) * 2  # TensorFlow takes only equal strides here
    said = {"strides": [1, *stride, 1], "padding": _padding(r, 2, explicit=True), "dilations": list(dilation)}
    return Case(_text("depthwise_conv2d", X, W0, **said), r.image(2, channels, least=3), ((*r.sizes(2, 4), channels, times),))


def _separable(r: Draw) -> Case:
    channels, times, out = r.up_to(3), r.up_to(3), r.up_to(4)
    stride, dilation = _steps(r, 2, both=False)
    stride = (stride[0],) * 2
    said = {"strides": [1, *stride, 1], "padding": _padding(r, 2, explicit=False), "dilations": list(dilation)}
    weights = ((*r.sizes(2, 4), channels, times), (1, 1, channels * times, out))
    return Case(_text("separable_conv2d", X, W0, W1, **said), r.image(2, channels, least=3), weights)


def _atrous(r: Draw) -> Case:
    channels = r.up_to(3)
    said = {"rate": r.up_to(3), "padding": r.choice(["SAME", "VALID"])}
    return Case(_text("atrous_conv2d", X, W0, **said), r.image(2, channels, least=3), ((*r.sizes(2, 4), channels, r.up_to(3)),))


def _transposed(axes: int, r: Draw) -> Case:
    """``output_shape`` may be any that a convolution with this stride brings back to the input."""
    into, out, kernel = r.up_to(3), r.up_to(3), r.sizes(axes, 5 if axes < 3 else 3)
    stride, padding, image = r.sizes(axes, 3), r.choice(["SAME", "VALID"]), r.image(axes, into, most=6)
    less = r.sizes(axes, 2, 0) if r.random() < 0.4 else (0,) * axes
    sizes = zip(image[1:-1], kernel, stride, less, strict=True)
    made = [n * s - min(cut, s - 1) if padding == "SAME" else n * s + max(k - s, 0) - min(cut, 0) for n, k, s, cut in sizes]
    asked = [image[0], *made, out]
    strides = list(stride) if axes != 1 else stride[0]
    return Case(_text(f"conv{axes}d_transpose", X, W0, asked, strides=strides, padding=padding), image, ((*kernel, out, into),))


def _pool(name: str, axes: int, r: Draw) -> Case:
    kernel, stride = r.sizes(axes, 4), r.sizes(axes, 3)
    image = r.image(axes, r.up_to(3), least=3)
    if axes == 3:
        kernel = within(kernel, image[1:-1])
    said = {"ksize": _each(r, kernel), "strides": _each(r, stride), "padding": r.choice(["SAME", "VALID"])}
    return Case(_text(name, X, **said), image)


FUNCTIONS: dict[str, Callable[[Draw], Case]] = {
    **{f"tf.nn.conv{n}d": partial(_conv, n) for n in (1, 2, 3)},
    "tf.nn.depthwise_conv2d": _depthwise,
    "tf.nn.separable_conv2d": _separable,
    "tf.nn.atrous_conv2d": _atrous,
    **{f"tf.nn.conv{n}d_transpose": partial(_transposed, n) for n in (1, 2, 3)},
    **{f"tf.nn.{kind}_pool{n}d": partial(_pool, f"{kind}_pool{n}d", n) for kind in ("max", "avg") for n in (1, 2, 3)},
    **{f"tf.nn.{kind}_pool": partial(_pool, f"{kind}_pool", 2) for kind in ("max", "avg")},
}
