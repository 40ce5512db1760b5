"""Random calls of the operators that pick, move and transform values: unfold, gather, grid_sample, Fourier transforms."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from hypothesis import strategies as st

from tests.ops.call import Call, Shape
from tests.strategies import Draw, batched, ints, per_axis, shapes, written

Recipe = Callable[[Draw, int], tuple[dict[str, Any], Shape]]


def _sliding(draw: Draw) -> tuple[dict[str, Any], Shape, Shape]:
    kernel, stride, dilation = per_axis(draw, 2, 1, 3), per_axis(draw, 2, 1, 3), per_axis(draw, 2, 1, 2)
    padding = per_axis(draw, 2, 0, 2)
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    space = tuple(max(r - 2 * p, 1) + draw(ints(0, 3)) for r, p in zip(reach, padding, strict=True))
    counts = tuple((n + 2 * p - r) // s + 1 for n, p, r, s in zip(space, padding, reach, stride, strict=True))
    kwargs = {
        "kernel_size": written(draw, kernel), "stride": written(draw, stride), "padding": written(draw, padding),
        "dilation": written(draw, dilation),
    }  # fmt: skip
    return kwargs, space, (kernel[0] * kernel[1], counts[0] * counts[1])


def _unfold(draw: Draw, _axes: int) -> tuple[dict[str, Any], Shape]:
    kwargs, space, _ = _sliding(draw)
    return kwargs, batched(draw, (draw(ints(1, 3)), *space))


def _fold(draw: Draw, _axes: int) -> tuple[dict[str, Any], Shape]:
    kwargs, space, (taps, columns) = _sliding(draw)
    return {"output_size": written(draw, space), **kwargs}, batched(draw, (draw(ints(1, 3)) * taps, columns))


def _bilinear(draw: Draw, _axes: int) -> tuple[dict[str, Any], Shape]:
    first, second, out = per_axis(draw, 3, 1, 4)
    kwargs = {"in1_features": first, "in2_features": second, "out_features": out, "bias": draw(st.booleans())}
    return kwargs, (*draw(shapes(0, 2)), first)


def second_shape(kwargs: Mapping[str, Any], first: Shape) -> Shape:
    """What a bilinear layer takes beside its first input."""
    values = kwargs["in2_features"]
    return (*first[:-1], values if isinstance(values, int) and values > 0 else 2)


RECIPES: Mapping[str, Recipe] = {"unfold": _unfold, "fold": _fold, "bilinear": _bilinear}


def _sliding_window(draw: Draw) -> Call:
    shape = draw(shapes(1, 4, most=6))
    axis = draw(ints(-len(shape), len(shape) - 1)) if draw(ints(0, 7)) else draw(ints(-5, 5))
    settings = {"axis": axis, "size": draw(ints(1, 4)), "step": draw(ints(1, 3))}
    return Call("sliding_window", settings, lambda x: x.unfold(*settings.values()), (shape,))


_INTEGERS = st.sampled_from(["int64", "int64", "int64", "int64", "int32", "float32"])


def _indices(draw: Draw, shape: Shape, axis: int) -> Shape:
    """Mostly legal indices into ``shape`` along ``axis``."""
    found = tuple(draw(ints(1, 4)) if at == axis % len(shape) else draw(ints(1, n)) for at, n in enumerate(shape))
    return draw(shapes(1, 4, most=3)) if draw(ints(0, 4)) == 0 else found


def _gather(draw: Draw) -> Call:
    shape = draw(shapes(1, 4))
    axis = draw(ints(-len(shape), len(shape) - 1))
    index = _indices(draw, shape, axis)
    axis = draw(ints(-5, 4)) if draw(ints(0, 7)) == 0 else axis

    def run(x: torch.Tensor, i: torch.Tensor) -> torch.Tensor:
        return torch.gather(x, axis, i * 0)

    return Call("gather", {"axis": axis}, run, (shape, index), ("float32", draw(st.sampled_from(["int64", "float32"]))))


def _index_select(draw: Draw) -> Call:
    shape = draw(shapes(1, 4))
    axis = draw(ints(0, len(shape) - 1))

    def run(x: torch.Tensor, i: torch.Tensor) -> torch.Tensor:
        return x[(slice(None),) * axis + (i * 0,)]

    return Call("index_select", {"axis": axis}, run, (shape, draw(shapes(0, 3))), ("float32", draw(_INTEGERS)))


def _index_select_flat(draw: Draw) -> Call:
    shape = draw(shapes(1, 4))
    axis = draw(ints(-len(shape) - 1, len(shape)))

    def run(x: torch.Tensor, i: torch.Tensor) -> torch.Tensor:
        return torch.index_select(x, axis, i * 0)

    return Call("index_select", {"axis": axis}, run, (shape, (draw(ints(1, 4)),)), ("float32", draw(_INTEGERS)))


def _scatter(draw: Draw) -> Call:
    shape = draw(shapes(1, 4))
    axis = draw(ints(-len(shape), len(shape) - 1))
    index = _indices(draw, shape, axis)
    source = tuple(n + draw(ints(0, 1)) for n in index)
    if draw(ints(0, 6)) == 0:
        source = draw(shapes(1, 4))
    function = draw(st.sampled_from(["replace", "add"]))
    wanted = {"replace": torch.scatter, "add": torch.scatter_add}[function]

    def run(x: torch.Tensor, i: torch.Tensor, s: torch.Tensor) -> torch.Tensor:
        return wanted(x, axis, i * 0, s)

    return Call("scatter", {"axis": axis, "function": function}, run, (shape, index, source), ("float32", "int64", "float32"))


def _one_hot(draw: Draw) -> Call:
    classes = draw(ints(2, 5))
    return Call("one_hot", {"classes": classes}, lambda x: F.one_hot(x, classes), (draw(shapes(0, 3)),),
                (draw(st.sampled_from(["int64", "int64", "float32"])),))  # fmt: skip


def _grid_sample(draw: Draw) -> Call:
    axes = draw(ints(2, 3))
    batch = draw(ints(1, 3))
    image, grid = (batch, draw(ints(1, 3)), *per_axis(draw, axes, 1, 4)), (batch, *per_axis(draw, axes, 1, 4), axes)
    if draw(ints(0, 4)) == 0:
        at = draw(ints(0, len(grid) - 1))
        grid = (*grid[:at], draw(ints(1, 4)), *grid[at + 1 :])
    if draw(ints(0, 9)) == 0:
        image = draw(shapes(3, 5))
    mode = draw(st.sampled_from(["bilinear", "nearest", "bicubic"]))
    return Call("grid_sample", {"mode": mode}, lambda x, g: F.grid_sample(x, g, mode=mode, align_corners=False), (image, grid))


def _affine_grid(draw: Draw) -> Call:
    size = per_axis(draw, draw(st.sampled_from([4, 4, 5, 5, 3])), 1, 4)
    axes = len(size) - 2
    theta = (size[0], axes, axes + 1) if draw(ints(0, 3)) else draw(shapes(3, 3))
    return Call("affine_grid", {"size": size}, lambda t: F.affine_grid(t, list(size), align_corners=False), (theta,))


def _fft(draw: Draw) -> Call:
    shape = draw(shapes(1, 3))
    function = draw(st.sampled_from(["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"]))
    over = tuple(draw(st.lists(ints(0, len(shape) - 1), min_size=1, max_size=len(shape), unique=True)))
    over = over if draw(ints(0, 5)) else tuple(draw(st.lists(ints(-4, 3), min_size=1, max_size=3)))
    sizes = per_axis(draw, len(over), 1, 5) if draw(st.booleans()) else None
    settings = {"function": function, "over": over, "sizes": sizes}
    dtype = draw(st.sampled_from(["float32", "float64", "complex64", "int64"]))
    run = getattr(torch.fft, f"{function}n")
    return Call("fft", settings, lambda x: run(x, s=sizes, dim=over), (shape,), (dtype,))


def _stft(draw: Draw) -> Call:
    length, hop = draw(ints(1, 12)), draw(ints(1, 6))
    shape = (*batched(draw, (length + draw(ints(0, 20)),)),)
    shape = draw(shapes(1, 3, most=9)) if draw(ints(0, 4)) == 0 else shape
    centred, onesided = draw(st.booleans()), draw(st.booleans())
    settings = {"length": length, "hop": hop, "centred": centred, "onesided": onesided}

    def run(x: torch.Tensor) -> torch.Tensor:
        return torch.stft(x, length, hop, window=torch.ones(length), center=centred, onesided=onesided, return_complex=True)

    return Call("stft", settings, run, (shape,))


def _view_as_real(draw: Draw) -> Call:
    dtype = draw(st.sampled_from(["complex64", "complex64", "complex128", "float32"]))
    return Call("view_as_real", {}, torch.view_as_real, (draw(shapes(0, 4)),), (dtype,))


def _view_as_complex(draw: Draw) -> Call:
    shape = (*draw(shapes(0, 3)), 2) if draw(ints(0, 2)) else draw(shapes(0, 3))
    return Call("view_as_complex", {}, torch.view_as_complex, (shape,), (draw(st.sampled_from(["float32", "float64", "int64"])),))


def _deform_conv(draw: Draw) -> Call:
    """torchvision is not there to ask, so an ordinary convolution tells the shape."""
    groups, offset_groups = draw(ints(1, 2)), draw(ints(1, 2))
    channels, out = 2 * groups * draw(ints(1, 2)), groups * draw(ints(1, 3))
    kernel, stride, dilation, padding = (per_axis(draw, 2, low, 2) for low in (1, 1, 1, 0))
    image = (draw(ints(1, 2)), channels, *per_axis(draw, 2, 1, 6))
    settings = {"out": out, "kernel": kernel, "stride": stride, "dilation": dilation, "padding": padding, "groups": groups,
                "offset_groups": offset_groups}  # fmt: skip
    space = [
        (n + 2 * p - d * (k - 1) - 1) // s + 1 for n, p, d, k, s in zip(image[2:], padding, dilation, kernel, stride, strict=True)
    ]
    offsets = (image[0], 2 * offset_groups * kernel[0] * kernel[1], *(max(n, 1) for n in space))
    if draw(ints(0, 5)) == 0:
        at = draw(ints(0, 3))
        offsets = (*offsets[:at], offsets[at] + 1, *offsets[at + 1 :])

    def run(x: torch.Tensor, offset: torch.Tensor) -> torch.Tensor:
        y = F.conv2d(x, torch.zeros(out, channels // groups, *kernel), None, stride, padding, dilation, groups)
        if tuple(offset.shape) != (x.shape[0], 2 * offset_groups * kernel[0] * kernel[1], *y.shape[2:]):
            raise ValueError("offsets")
        return y

    return Call("deform_conv", settings, run, (image, offsets))


def _quantize(draw: Draw) -> Call:
    """PyTorch's own quantised tensors are on their way out; its fake quantisation goes there and back."""
    dtype, shape = draw(st.sampled_from(["int8", "uint8"])), draw(shapes(0, 4))
    numbers = _numbers(draw, shape, dtype)
    limits = torch.iinfo(getattr(torch, dtype))

    def run(x: torch.Tensor) -> torch.Tensor:
        scale, zero = _along(numbers, x)
        if scale.dim() == 0:
            back = torch.fake_quantize_per_tensor_affine(x.float(), float(scale), int(zero), limits.min, limits.max)
        else:
            flat, zeros = scale.flatten(), zero.expand(scale.shape).flatten()
            back = torch.fake_quantize_per_channel_affine(x.float(), flat, zeros, numbers["axis"], limits.min, limits.max)
        return (torch.round(back / scale) + zero).to(getattr(torch, dtype))

    return Call("quantize", {"dtype": dtype, **numbers}, run, (shape,))


def _dequantize(draw: Draw) -> Call:
    dtype, shape = draw(st.sampled_from(["int8", "uint8"])), draw(shapes(0, 4))
    numbers = _numbers(draw, shape, dtype)

    def run(x: torch.Tensor) -> torch.Tensor:
        scale, zero = _along(numbers, x)
        return (x.float() - zero) * scale

    return Call("dequantize", numbers, run, (shape,), (dtype,))


def _along(numbers: dict[str, Any], x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Scale and zero point, ready to meet ``x``; `ValueError` where there are too many."""
    scale, zero = torch.tensor(numbers["scale"]), torch.tensor(numbers["zero_point"], dtype=torch.int32)
    if len(scale) == 1:
        return scale[0], zero[0]
    if x.shape[numbers["axis"]] != len(scale):
        raise ValueError("scales")
    shape = [-1 if axis == numbers["axis"] else 1 for axis in range(x.dim())]
    return scale.reshape(shape), zero.reshape(shape if len(zero) > 1 else [])


def _numbers(draw: Draw, shape: tuple[int, ...], dtype: str) -> dict[str, Any]:
    """Of the whole tensor, or along an axis; seldom too many for it."""
    axis = draw(ints(0, len(shape) - 1)) if shape and draw(st.booleans()) else None
    count = 1 if axis is None else shape[axis] + (draw(ints(0, 5)) == 0)
    few = st.floats(2**-7, 2.0, width=32)
    lowest = 0 if dtype == "uint8" else -9
    zeros = draw(st.sampled_from([1, count]))
    return {
        "scale": tuple(draw(few) for _ in range(count)),
        "zero_point": tuple(draw(ints(lowest, 9)) for _ in range(zeros)),
        **({} if axis is None else {"axis": axis}),
    }


FUNCTIONS: Mapping[str, Callable[[Draw], Call]] = {
    "sliding_window": _sliding_window, "gather": _gather, "index_select": _index_select,
    "index_select, torch's own": _index_select_flat, "scatter": _scatter, "one_hot": _one_hot, "grid_sample": _grid_sample,
    "affine_grid": _affine_grid, "fft": _fft, "stft": _stft, "view_as_real": _view_as_real,
    "view_as_complex": _view_as_complex, "deform_conv": _deform_conv, "quantize": _quantize,
    "dequantize": _dequantize,
}  # fmt: skip
