"""Random layers of every kind the page knows, as calls with the shape of their input. A few do not fit, on purpose."""

from random import Random

Layer = tuple[str, tuple[int, ...]]


def layers(count: int, seed: int = 7) -> list[Layer]:
    draw = Random(seed)
    kinds = [conv, conv, keras_conv, transposed, keras_transposed, depthwise, separable, max_pool, avg_pool, keras_pool]
    return [kinds[at % len(kinds)](draw) for at in range(count)]


def _axes(draw: Random) -> int:
    return draw.choice([1, 2, 2, 3])


def _each(draw: Random, axes: int, low: int, high: int) -> int | tuple[int, ...]:
    """One number, or one for each axis."""
    return draw.randint(low, high) if draw.random() < 0.6 else tuple(draw.randint(low, high) for _ in range(axes))


def _kernel(draw: Random, axes: int, high: int) -> int | tuple[int, ...]:
    found = _each(draw, axes, 1, high)
    return found[0] if isinstance(found, tuple) and len(found) == 1 else found


def _space(draw: Random, axes: int) -> tuple[int, ...]:
    return tuple(draw.randint(1, {1: 14, 2: 9, 3: 5}[axes]) for _ in range(axes))


def _channels(draw: Random) -> tuple[int, int, int]:
    groups = draw.choice([1, 1, 1, 2, 3])
    return groups * draw.randint(1, 3), groups * draw.randint(1, 3), groups if draw.random() < 0.95 else 5


def conv(draw: Random) -> Layer:
    axes, (c, out, groups) = _axes(draw), _channels(draw)
    stride = _each(draw, axes, 1, 3)
    mode = draw.choice(["zeros", "zeros", "reflect", "replicate", "circular"])
    padding = draw.choice([0, _each(draw, axes, 0, 3), "'same'" if stride == 1 else 1, "'valid'"])
    call = (
        f"Conv{axes}d({c}, {out}, {_kernel(draw, axes, 4)}, stride={stride}, padding={padding}, dilation={_each(draw, axes, 1, 3)}, "
        f"groups={groups}, bias={draw.random() < 0.7}, padding_mode='{mode}')"
    )
    return call, (*([1] if draw.random() < 0.8 else []), c, *_space(draw, axes))


def keras_conv(draw: Random) -> Layer:
    axes, (c, out, groups) = _axes(draw), _channels(draw)
    padding = draw.choice(["valid", "same", "same", *(["causal"] if axes == 1 else [])])
    stride = draw.randint(1, 3)
    dilation = draw.randint(1, 3) if stride == 1 else 1
    call = f"Conv{axes}D({out}, {draw.randint(1, 4)}, strides={stride}, padding='{padding}', dilation_rate={dilation}, groups={groups})"
    return call, (1, *_space(draw, axes), c)


def transposed(draw: Random) -> Layer:
    axes, (c, out, groups) = _axes(draw), _channels(draw)
    call = (
        f"ConvTranspose{axes}d({c}, {out}, {_kernel(draw, axes, 4)}, stride={_each(draw, axes, 1, 3)}, padding={_each(draw, axes, 0, 2)}, "
        f"output_padding={draw.choice([0, 0, 1])}, groups={groups}, bias={draw.random() < 0.7}, dilation={_each(draw, axes, 1, 2)})"
    )
    return call, (1, c, *(min(n, 5) for n in _space(draw, axes)))


def keras_transposed(draw: Random) -> Layer:
    axes = _axes(draw)
    padding = draw.choice(["valid", "same"])
    call = f"Conv{axes}DTranspose({draw.randint(1, 3)}, {draw.randint(1, 4)}, strides={draw.randint(1, 3)}, padding='{padding}')"
    return call, (1, *(min(n, 5) for n in _space(draw, axes)), draw.randint(1, 3))


def depthwise(draw: Random) -> Layer:
    axes, padding, stride = draw.choice([1, 2]), draw.choice(["valid", "same"]), draw.randint(1, 2)
    call = f"DepthwiseConv{axes}D({draw.randint(1, 4)}, strides={stride}, padding='{padding}', depth_multiplier={draw.randint(1, 2)})"
    return call, (1, *_space(draw, axes), draw.randint(1, 3))


def separable(draw: Random) -> Layer:
    axes, padding, stride = draw.choice([1, 2]), draw.choice(["valid", "same"]), draw.randint(1, 2)
    call = f"SeparableConv{axes}D({draw.randint(1, 4)}, {draw.randint(1, 3)}, strides={stride}, padding='{padding}', depth_multiplier={draw.randint(1, 2)})"
    return call, (1, *_space(draw, axes), draw.randint(2, 3))


def max_pool(draw: Random) -> Layer:
    axes = _axes(draw)
    call = (
        f"MaxPool{axes}d({_each(draw, axes, 1, 4)}, stride={_each(draw, axes, 1, 3)}, padding={draw.randint(0, 2)}, "
        f"dilation={draw.randint(1, 2)}, ceil_mode={draw.random() < 0.4})"
    )
    return call, (1, draw.randint(1, 3), *_space(draw, axes))


def avg_pool(draw: Random) -> Layer:
    axes = _axes(draw)
    call = (
        f"AvgPool{axes}d({draw.randint(1, 4)}, stride={draw.randint(1, 3)}, padding={draw.randint(0, 2)}, "
        f"ceil_mode={draw.random() < 0.4}, count_include_pad={draw.random() < 0.5})"
    )
    return call, (1, draw.randint(1, 3), *_space(draw, axes))


def keras_pool(draw: Random) -> Layer:
    axes, kind = _axes(draw), draw.choice(["Max", "Average"])
    call = f"{kind}Pooling{axes}D({draw.randint(1, 4)}, strides={draw.randint(1, 3)}, padding='{draw.choice(['valid', 'same'])}')"
    return call, (1, *_space(draw, axes), draw.randint(1, 3))
